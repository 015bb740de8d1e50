import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentOptionNames } from '@parley/schema';
import { addOption, optionNames, optionsOf } from './agent-options.ts';

test('the names are those of the schema', () => {
  assert.deepEqual(optionNames.toSorted(), agentOptionNames.toSorted());
});

test('values are JSON or words, paths are those of the folder', () => {
  assert.deepEqual(
    optionsOf(
      [
        'maxTurns=3',
        'search',
        'allowedTools=[]',
        'systemPrompt=12',
        'appendSystemPrompt="a\\nb"',
        'images=a.png',
        'attachments=["/b","c"]',
        'outputSchema=s.json',
        'agent=x=y',
      ],
      '/code',
    ),
    {
      maxTurns: 3,
      search: true,
      allowedTools: [],
      systemPrompt: '12',
      appendSystemPrompt: 'a\nb',
      images: ['/code/a.png'],
      attachments: ['/b', '/code/c'],
      outputSchema: '/code/s.json',
      agent: 'x=y',
    },
  );
  assert.deepEqual(optionsOf(['outputSchema={"type":"object"}'], '/code'), { outputSchema: { type: 'object' } });
});

test('a name that there is not is refused with those that there are', () => {
  assert.throws(() => addOption('yolo=true'), /the names are allowedTools/);
  assert.deepEqual(addOption('search', ['maxTurns=1']), ['maxTurns=1', 'search']);
});
