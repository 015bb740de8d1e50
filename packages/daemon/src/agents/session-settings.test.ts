import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigSchema, ParleyError } from '@parley/schema';
import { profileOf, settingsOf } from './session-settings.ts';

const config = ConfigSchema.parse({
  agents: {
    codex: {
      model: 'usual',
      effort: 'low',
      args: ['--all'],
      env: { A: 'agent', B: 'agent' },
      unset: ['X'],
      timeout: 100,
      profiles: {
        careful: { effort: 'high', policy: 'read-only', args: ['--careful'], env: { B: 'profile' }, unset: ['Y'] },
      },
    },
  },
});
const codex = config.agents['codex'];
const request = { agent: 'codex', cwd: '/' };

test("a profile's entries win over the agent's; arguments, folders and variables are added (F 10)", () => {
  const merged = profileOf('codex', codex, 'careful');
  assert.deepEqual([merged.model, merged.effort, merged.policy], ['usual', 'high', 'read-only']);
  assert.deepEqual(merged.args, ['--all', '--careful']);
  assert.deepEqual(merged.env, { A: 'agent', B: 'profile' });
  assert.deepEqual(merged.unset, ['X', 'Y']);
});

test('without a profile the agent has its own entries, and an agent without any has none', () => {
  assert.equal(profileOf('codex', codex, undefined).effort, 'low');
  assert.deepEqual(profileOf('claude', undefined, undefined).args, []);
});

test('a profile that there is not is named, with those that there are (F 8)', () => {
  const refused = (error: unknown): boolean =>
    ParleyError.is(error) && error.code === 'invalid_request' && /"hasty".*careful/.test(error.message);
  assert.throws(() => profileOf('codex', codex, 'hasty'), refused);
});

test('the request wins over the profile', async () => {
  const profile = profileOf('codex', codex, 'careful');
  const {
    effort,
    profile: name,
    timeoutMs,
  } = await settingsOf({ ...request, profile: 'careful', effort: 'xhigh' }, profile, config.deadlines);
  assert.deepEqual([effort, name, timeoutMs], ['xhigh', 'careful', 100_000]);
});

test('how long an agent may be silent depends on the effort, unless the configuration says it (F 12)', async () => {
  const idle = async (effort: string | undefined, entries: object = {}): Promise<number | undefined> => {
    const profile = { ...profileOf('claude', undefined, undefined), ...entries };
    return (await settingsOf({ ...request, ...(effort === undefined ? {} : { effort }) }, profile, config.deadlines))
      .idleMs;
  };
  assert.deepEqual(
    [await idle(undefined), await idle('low'), await idle('high'), await idle('xhigh')],
    [undefined, undefined, 1_800_000, 3_600_000],
  );
  assert.equal(await idle('high', { idle_timeout: 5 }), 5000);
});

test('added folders are real, each once, and those of request and configuration together (F 10)', async (t) => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'parley-added-')));
  t.after(() => rm(folder, { recursive: true }));
  await symlink(folder, join(folder, 'link'));
  const profile = { ...profileOf('claude', undefined, undefined), added_folders: [folder] };
  const settings = await settingsOf(
    { ...request, addedFolders: [join(folder, 'link'), '/'] },
    profile,
    config.deadlines,
  );
  assert.deepEqual(settings.addedFolders, [folder, '/']);
  for (const wrong of ['relative', join(folder, 'none')])
    await assert.rejects(settingsOf({ ...request, addedFolders: [wrong] }, profile, config.deadlines), {
      code: 'folder_missing',
    });
});
