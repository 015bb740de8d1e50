import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { driversOf } from '@parley/drivers';
import { ParleyError } from '@parley/schema';
import type { AgentOptions, ErrorCode, Policy } from '@parley/schema';
import { checkOptions, driverWith, resolveOptions } from './agent-options.ts';
import { mcpChoiceOf } from './mcp-choice.ts';

async function folderFor(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'parley-options-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const says = (code: ErrorCode, words: RegExp) => (error: unknown) =>
  ParleyError.is(error) && error.code === code && words.test(error.message);

/** Of the usual mode, or of the one that is named. */
function check(agent: string, options: AgentOptions, policy: Policy = 'edit', mode?: string): void {
  const all = driversOf(agent);
  const driver = all.find((each) => each.mode === mode) ?? all[0];
  assert.ok(driver !== undefined);
  checkOptions(options, { policy, cwd: '/code' }, driver, all);
}

test('an option that the mode does not have is refused, naming it, the mode that has it, and what there is', () => {
  assert.throws(
    () => check('codex', { ignoreRules: true }),
    says('invalid_request', /ignoreRules.*its mode exec has it\. It has .*search/s),
  );
  assert.throws(() => check('kimi', { maxTurns: 1 }), says('invalid_request', /maxTurns.*no mode of it has it/s));
});

test('without a mode named, the one that has the options is taken', () => {
  const [usual, ...others] = driversOf('codex');
  assert.ok(usual !== undefined);
  assert.equal(driverWith({ search: true }, usual, others).mode, 'app-server');
  assert.equal(driverWith({ ignoreRules: true }, usual, others).mode, 'exec');
  assert.throws(() => driverWith({ sandbox: true }, usual, others), says('invalid_request', /no sandbox/));
  assert.throws(
    () => driverWith({ ignoreRules: true, systemPrompt: 'x' }, usual, driversOf('codex')),
    says(
      'invalid_request',
      /all of these options: .*ignoreRules \(exec\).*systemPrompt \(app-server\)|systemPrompt \(app-server\).*ignoreRules \(exec\)/,
    ),
  );
});

test("a program of the caller's choice needs the policy full, a configured server's name does not", () => {
  const mcpServers = [{ name: 'own', command: 'sh', args: ['-c', 'true'] }];
  for (const agent of ['claude', 'codex', 'gemini']) {
    assert.throws(() => check(agent, { mcpServers }), says('policy_not_allowed', /own.*Configure it/s));
    check(agent, { mcpServers }, 'full');
    check(agent, { mcpServers: ['docs'] });
  }
});

test('files that are named must be there before anything is started (G 12)', async (t) => {
  const folder = await folderFor(t);
  const here = join(folder, 'here');
  await writeFile(here, '');
  for (const name of ['images', 'attachments', 'policyFiles', 'adminPolicyFiles'] as const) {
    assert.deepEqual(await resolveOptions({ [name]: [here] }), { [name]: [here] });
    const gone = join(folder, 'gone');
    await assert.rejects(
      resolveOptions({ [name]: [here, gone] }),
      says('invalid_request', new RegExp(`${name}: ${gone}`)),
    );
    await assert.rejects(resolveOptions({ [name]: ['here'] }), says('invalid_request', /absolute/));
  }
});

test('a schema in a file is read once, and has to be an object', async (t) => {
  const folder = await folderFor(t);
  const path = join(folder, 'schema.json');
  await writeFile(path, '{"type":"object"}');
  assert.deepEqual(await resolveOptions({ outputSchema: path }), { outputSchema: { type: 'object' } });
  for (const [text, words] of [
    ['[]', /JSON object/],
    ['{', /no JSON/],
  ] as const) {
    await writeFile(path, text);
    await assert.rejects(resolveOptions({ outputSchema: path }), says('invalid_request', words));
  }
});

test("names of servers are found in the agent's own configuration, the others are left out by name (G 58)", async (t) => {
  const folder = await folderFor(t);
  await writeFile(
    join(folder, 'config.toml'),
    '[mcp_servers.docs]\ncommand = "docs"\n[mcp_servers.other]\ncommand = "other"\n',
  );
  const [codex] = driversOf('codex');
  assert.ok(codex !== undefined);
  const choose = async (options: AgentOptions) => {
    const choice = await mcpChoiceOf(options, codex, { env: { CODEX_HOME: folder }, cwd: folder });
    // The parser's objects have no prototype.
    return choice && { own: structuredClone(choice.own), unwanted: choice.unwanted };
  };
  assert.deepEqual(await choose({ mcpServers: ['docs'] }), { own: { docs: { command: 'docs' } }, unwanted: ['other'] });
  assert.deepEqual(await choose({ mcpServers: [] }), { own: {}, unwanted: ['docs', 'other'] });
  assert.deepEqual(await choose({ strictMcpConfig: true }), { own: {}, unwanted: ['docs', 'other'] });
  assert.equal(await choose({}), undefined, 'its usual ones');
  await assert.rejects(choose({ mcpServers: ['nope'] }), says('invalid_request', /"nope".*docs, other/));
  await writeFile(join(folder, 'config.toml'), '[[[');
  await assert.rejects(choose({ mcpServers: [] }), says('config_invalid', /config\.toml/));
});

test('a server of a project cannot be asked for, only left out', async (t) => {
  const folder = await folderFor(t);
  await mkdir(join(folder, '.codex'));
  await writeFile(join(folder, '.codex', 'config.toml'), '[mcp_servers.evil]\ncommand = "evil"\n');
  const [codex] = driversOf('codex');
  assert.ok(codex !== undefined);
  const where = { env: { CODEX_HOME: join(folder, 'none') }, cwd: folder };
  await assert.rejects(mcpChoiceOf({ mcpServers: ['evil'] }, codex, where), says('invalid_request', /"evil"/));
  assert.deepEqual(await mcpChoiceOf({ mcpServers: [] }, codex, where), { own: {}, unwanted: ['evil'] });
});
