// What people get wrong: a program that is not there, or is another one, or says nothing; names that nobody knows.

import assert from 'node:assert/strict';
import { isParleyError } from '@parley/client';
import type { CreateSession, ErrorCode } from '@parley/schema';
import type { Stage } from '../stage.ts';
import type { Story } from '../stories.ts';

/** Making a session or its first turn fails with one of these; then nothing of it runs. */
async function fails(stage: Stage, settings: Partial<CreateSession>, codes: readonly ErrorCode[]): Promise<void> {
  const cwd = await stage.folder();
  const error = await stage.session({ ...settings, cwd }).then(
    async ({ id }) => {
      const { turnId } = await stage.parley.client.submit(id, { text: 'say "hello"', timeoutMs: 4000 });
      const turn = await stage.parley.ended(id, turnId);
      assert.equal(turn.state, 'failed', JSON.stringify(turn));
      return turn.error;
    },
    (refused: unknown) => {
      assert.ok(isParleyError(refused), String(refused));
      return refused.body;
    },
  );
  assert.ok(error !== undefined && codes.includes(error.code), JSON.stringify(error));
  assert.ok(error.message.length > 10 && error.hint.length > 5, 'it says what happened and what to do');
  await stage.goneFrom(cwd, /./);
}

/** `invalid_request`: it is taken for another program of that name, which has no such mode. */
const wrongProgram: readonly ErrorCode[] = [
  'invalid_request',
  'agent_protocol',
  'agent_crashed',
  'agent_start_failed',
  'agent_not_installed',
  'no_answer',
];

export const badInput: readonly Story[] = [
  {
    name: 'bad input',
    play: (stage) => ({
      'misses its program': () => fails(stage, { profile: 'missing' }, ['agent_not_installed']),
      'knows a stranger': () => fails(stage, { profile: 'stranger' }, wrongProgram),
      'waits for nobody': () => fails(stage, { profile: 'mute' }, ['timeout', 'start_timeout', ...wrongProgram]),
      'names unknown profiles': () => fails(stage, { profile: 'nobody' }, ['invalid_request']),
      'names missing folders': async () => {
        const refused: unknown = await stage.session({ cwd: '/nowhere/at/all' }).catch((error: unknown) => error);
        assert.ok(isParleyError(refused) && refused.code === 'folder_missing', String(refused));
      },
      'refuses unknown models': async () => {
        const session = await stage.session();
        const turn = await stage.ask(session.id, stage.subject.failure?.('model') ?? 'please fail with no model');
        assert.deepEqual([turn.state, turn.error?.code], ['failed', 'model_unknown'], JSON.stringify(turn.error));
      },
    }),
  },
];
