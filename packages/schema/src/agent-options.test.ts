import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentOptionsSchema, shownOptions } from './agent-options.ts';
import { shownSession } from './session.ts';
import { isOpen, turnStates } from './turn.ts';

test('of variables and headers of servers only the names are shown, and what is shown is still what options look like', () => {
  const options = {
    search: true,
    mcpServers: [
      'docs',
      { name: 'plain', command: 'serve' },
      { name: 'own', command: 'serve', args: ['--port', '1', '--api-key=swordfish'], env: { KEY: 'hunter2', B: '' } },
      { name: 'far', url: 'https://ada:swordfish@host/mcp', headers: { 'X-Api-Key': 'hunter2' } },
    ],
  };
  const shown = shownOptions(options);
  assert.deepEqual(shown, {
    search: true,
    mcpServers: [
      'docs',
      { name: 'plain', command: 'serve' },
      {
        name: 'own',
        command: 'serve',
        args: ['--port', '1', '--api-key=[redacted]'],
        env: { KEY: '(set)', B: '(set)' },
      },
      { name: 'far', url: 'https://ada:[redacted]@host/mcp', headers: { 'X-Api-Key': '(set)' } },
    ],
  });
  assert.deepEqual(AgentOptionsSchema.parse(shown), shown);
  assert.deepEqual(shownOptions(shown), shown, 'shown once more it is the same');
  assert.deepEqual(shownSession({ options }), { options: shown });
  assert.deepEqual(shownSession({}), {});
});

test('a turn is open until it has its end', () => {
  assert.deepEqual(
    turnStates.filter((state) => isOpen({ state })),
    ['queued', 'running', 'steering'],
  );
});
