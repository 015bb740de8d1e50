import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { parse } from 'smol-toml';
import { carryOut } from '../mcp-clients/carry-out.ts';
import { fileOf, mcpClients } from '../mcp-clients/clients.ts';
import { planInstall } from '../mcp-clients/plan.ts';
import { emptySetting } from '../test/call-parley.ts';
import type { Setting } from '../test/call-parley.ts';

interface Home extends Setting {
  readonly home: string;
  readonly file: (name: string) => string;
  readonly put: (name: string, text: string) => void;
  readonly read: (name: string) => string;
}

function openHome(t: TestContext): Home {
  const setting = emptySetting(t);
  const home = setting.env['HOME'] ?? '';
  const file = (name: string): string => {
    const client = mcpClients.find((each) => each.name === name);
    assert.ok(client !== undefined);
    return fileOf(client, { platform: process.platform, env: setting.env });
  };
  return {
    ...setting,
    home,
    file,
    put: (name, text) => {
      mkdirSync(dirname(file(name)), { recursive: true });
      writeFileSync(file(name), text);
    },
    read: (name) => readFileSync(file(name), 'utf8'),
  };
}

test('without a terminal the change is shown and nothing is done until somebody says --yes', async (t) => {
  const { call, put, read } = openHome(t);
  put('cursor', '{\n  "mcpServers": {\n    "other": { "env": { "KEY": "secret" } }\n  }\n}\n');
  const before = read('cursor');
  const { code, stdout, stderr } = await call(['mcp', 'install', 'cursor']);
  assert.equal(code, 2);
  assert.match(stderr, /--yes/);
  assert.match(stdout, /^client +Cursor\nfile +\/.*mcp\.json\nchange +the entry "parley" is added\n\n {2}line 3\n/);
  assert.match(stdout, /\n {2}\+ {5}"parley": \{\n/);
  assert.equal(read('cursor'), before);
  const json = await call(['mcp', 'install', 'cursor', '--json'], { terminal: true });
  assert.equal(json.code, 2);
  assert.match(json.stdout, /^\{"plan":\{"client":"cursor","file":"[^"]+","action":"add","entry":\{"command":/);
  assert.doesNotMatch(json.stdout, /secret/);
  assert.equal(read('cursor'), before);
});

for (const { name, container, format } of mcpClients) {
  test(`${name}: an install is whole, is done once, and can be undone`, async (t) => {
    const { call, file, read, env } = openHome(t);
    const first = await call(['mcp', 'install', name, '--yes']);
    assert.deepEqual([first.code, first.stdout], [0, '']);
    const content = (format === 'toml' ? parse(read(name)) : JSON.parse(read(name))) as Record<
      string,
      Record<string, unknown>
    >;
    const server = JSON.stringify(content[container]?.['parley']);
    assert.match(server, /"mcp"/);
    assert.ok(server.includes(env['PARLEY_STATE_DIR'] ?? '?'), 'it would start a daemon elsewhere');
    assert.equal(statSync(file(name)).mode & 0o777, 0o600);
    const after = read(name);
    const again = await call(['mcp', 'install', name, '--yes']);
    assert.match(again.stdout, /none: the entry "parley" is there/);
    assert.equal(read(name), after);
    const listed = JSON.parse((await call(['mcp', 'clients', '--json'])).stdout) as {
      readonly clients: readonly { readonly name: string; readonly parley: string }[];
    };
    assert.equal(listed.clients.find((each) => each.name === name)?.parley, 'installed');
    assert.equal((await call(['mcp', 'uninstall', name, '--yes'])).code, 0);
    assert.doesNotMatch(read(name), /parley|mcp/i);
    assert.match((await call(['mcp', 'uninstall', name])).stdout, /none: there is no entry "parley"/);
  });
}

test('a copy of the old file stays, the mode stays, and a link stays a link', async (t) => {
  const { call, home, file, read } = openHome(t);
  const real = join(home, 'dotfiles.json');
  writeFileSync(real, '{"a":1}');
  chmodSync(real, 0o640);
  mkdirSync(dirname(file('gemini')));
  symlinkSync(real, file('gemini'));
  const { stderr } = await call(['mcp', 'install', 'gemini', '--yes']);
  assert.ok(lstatSync(file('gemini')).isSymbolicLink());
  assert.equal(statSync(real).mode & 0o777, 0o640);
  assert.match(read('gemini'), /^\{"a":1,"mcpServers":\{"parley":\{/);
  const [, backup = ''] = /The file as it was: (\S+)/.exec(stderr) ?? [];
  assert.equal(readFileSync(backup, 'utf8'), '{"a":1}');
  assert.equal((await call(['mcp', 'uninstall', 'gemini', '--yes'])).code, 0);
  assert.equal(read('gemini'), '{"a":1}');
});

test('what somebody has added to the entry stays when it is brought up to date', async (t) => {
  const { call, put, read } = openHome(t);
  put(
    'cursor',
    '{"mcpServers":{"parley":{"command":"/old","disabled":true,"env":{"PARLEY_STATE_DIR":"/old","MINE":"1"}}}}',
  );
  assert.match(
    (await call(['mcp', 'clients'])).stdout,
    /^cursor +yes +another entry: `parley mcp install` replaces it/m,
  );
  assert.match((await call(['mcp', 'install', 'cursor', '--yes'])).stderr, /the entry "parley" is replaced/);
  const entry = (JSON.parse(read('cursor')) as { mcpServers: { parley: Record<string, unknown> } }).mcpServers.parley;
  assert.equal(entry['disabled'], true);
  assert.deepEqual(Object.keys(entry['env'] as object).toSorted(), ['MINE', 'PARLEY_STATE_DIR']);
  assert.doesNotMatch(read('cursor'), /\/old/);
});

test('a file that cannot be read or changed safely is left alone', async (t) => {
  const { call, put, read } = openHome(t);
  for (const [client, text, what] of [
    ['cursor', '{"mcpServers": oops}', /is not valid at line 1, column 16\. Nothing was changed\./],
    ['cursor', '{"mcpServers": 1}', /something else than an object/],
    ['cursor', '{"mcpServers": {"parley": 1}}', /something else than a server at "mcpServers.parley"/],
    ['codex', '[mcp_servers', /Invalid TOML/],
    ['codex', 'mcp_servers = { parley = { command = "x" } }\n', /a notation that Parley does not change|by hand/],
    ['codex', 'x = """\n[mcp_servers.parley]\n"""\n[mcp_servers]\nparley.command = "x"\n', /by hand/],
  ] as const) {
    put(client, text);
    const { code, stderr } = await call(['mcp', 'install', client, '--yes']);
    assert.equal(code, 2, text);
    assert.match(stderr, what);
    assert.equal(read(client), text);
  }
  assert.equal((await call(['mcp', 'install', 'nobody'])).code, 2);
});

test('a file that changes between the plan and the yes is not overwritten', async (t) => {
  const { put, read, env, file } = openHome(t);
  put('cursor', '{}');
  const client = mcpClients.find(({ name }) => name === 'cursor');
  assert.ok(client !== undefined);
  const plan = await planInstall(
    client,
    { platform: process.platform, env },
    { command: '/p', args: ['mcp'], env: {} },
  );
  put('cursor', '{"new":1}');
  await assert.rejects(carryOut(plan), /has just been changed by somebody else/);
  assert.equal(read('cursor'), '{"new":1}');
  assert.deepEqual(readdirSync(dirname(file('cursor'))), ['mcp.json']);
});

test('on a terminal it asks, and only a yes is one', async (t) => {
  const { begin, file } = openHome(t);
  for (const [word, code] of [
    ['', 1],
    ['y', 0],
  ] as const) {
    const call = begin(['mcp', 'install', 'zed'], { terminal: true });
    await call.printed(/Go ahead\? \[y\/N\]/);
    call.input.write(`${word}\n`);
    assert.equal((await call.result).code, code);
    assert.equal(existsSync(file('zed')), code === 0);
  }
});

test('each system keeps the files where its programs look', () => {
  const at = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv = {}) =>
    Object.fromEntries(
      mcpClients.map((client) => [client.name, client.files({ platform, env: { HOME: '/h', ...env } })[0]]),
    );
  const mac = '/h/Library/Application Support';
  assert.deepEqual(at('darwin'), {
    'claude-desktop': `${mac}/Claude/claude_desktop_config.json`,
    'claude-code': '/h/.claude.json',
    codex: '/h/.codex/config.toml',
    cursor: '/h/.cursor/mcp.json',
    vscode: `${mac}/Code/User/mcp.json`,
    gemini: '/h/.gemini/settings.json',
    opencode: '/h/.config/opencode/opencode.json',
    windsurf: '/h/.codeium/windsurf/mcp_config.json',
    zed: '/h/.config/zed/settings.json',
  });
  assert.equal(at('linux')['claude-desktop'], '/h/.config/Claude/claude_desktop_config.json');
  assert.equal(at('linux', { XDG_CONFIG_HOME: '/x' })['vscode'], '/x/Code/User/mcp.json');
  assert.equal(at('linux', { CODEX_HOME: '/c' })['codex'], '/c/config.toml');
  assert.equal(at('linux', { CLAUDE_CONFIG_DIR: '/c' })['claude-code'], '/c/.claude.json');
});
