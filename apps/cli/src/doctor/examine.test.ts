import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { viewAgents } from '@parley/daemon/inspect';
import { ConfigSchema, doctorCatalogue, doctorCodes, schemaOfDoctorReport, DoctorReportSchema } from '@parley/schema';
import { emptySetting } from '../test/call-parley.ts';
import { seededFaults } from '../test/seeded-faults.ts';
import type { Sick } from '../test/seeded-faults.ts';
import { examine } from './examine.ts';
import { thisWorld } from './world.ts';

const places = { stateDir: '/nowhere', agentsDir: '/nowhere' };
const proven = (await viewAgents(places, ConfigSchema.parse({}), { HOME: '/nowhere', PATH: '' })).find(
  ({ name }) => name === 'codex',
)?.provenVersion;

/** Codex in its proven version, with a key; nothing else. */
function healthy(t: TestContext): Sick {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'parley-doctor-')));
  t.after(() => rmSync(home, { recursive: true }));
  for (const folder of ['bin', 'project', 'config']) mkdirSync(join(home, folder), { mode: 0o700 });
  writeFileSync(join(home, 'config', 'config.toml'), '[server]\nport = 0\n', { mode: 0o600 });
  const env = {
    HOME: home,
    PATH: join(home, 'bin'),
    OPENAI_API_KEY: 'sk-secret-of-the-test',
    PARLEY_STATE_DIR: join(home, 'state'),
    PARLEY_DATA_DIR: join(home, 'data'),
    PARLEY_CONFIG: join(home, 'config', 'config.toml'),
  };
  const put = (name: string, prints: string): string => {
    const path = join(home, 'bin', name);
    writeFileSync(path, `#!/bin/sh\necho '${prints}'\n`);
    chmodSync(path, 0o755);
    return path;
  };
  put('codex', `codex-cli ${proven ?? ''}`);
  const world = {
    ...thisWorld({ env, cwd: join(home, 'project'), self: ['/opt/parley'] }, '0.1.0', false),
    patienceMs: 2000,
  };
  return { t, home, world, put, remove: (name) => rmSync(join(home, 'bin', name)) };
}

test('nothing is wrong where nothing is, and the report fits its schema (G 55)', async (t) => {
  const { world } = healthy(t);
  const report = await examine(world);
  assert.deepEqual(report.findings, []);
  assert.equal(report.ok, true);
  assert.deepEqual(DoctorReportSchema.parse(report), report);
  const codex = report.agents.find(({ name }) => name === 'codex');
  assert.deepEqual([codex?.usable, codex?.backend.kind, codex?.version], [true, 'key', proven]);
  assert.deepEqual([report.state.exists, report.daemon.running, report.exposure.mode], [false, false, 'local_only']);
});

for (const code of doctorCodes) {
  test(`a seeded fault is found and its fix is named: ${code}`, async (t) => {
    const sick = healthy(t);
    const changed = await seededFaults[code](sick);
    const report = await examine({ ...sick.world, ...changed });
    const finding = report.findings.find((each) => each.code === code);
    assert.ok(finding !== undefined, `found instead: ${JSON.stringify(report.findings)}`);
    assert.equal(finding.severity, doctorCatalogue[code].severity);
    // All that the catalogue leaves open is filled in.
    assert.doesNotMatch(finding.fix, /<\w+>/);
    const [begins = '', ends = ''] = doctorCatalogue[code].fix.split(/<.+>/);
    assert.ok(finding.fix.startsWith(begins) && finding.fix.endsWith(ends), finding.fix);
    assert.ok(report.nextActions.includes(finding.fix));
    assert.ok(finding.message.length > 10 && finding.message.endsWith('.'), finding.message);
    assert.equal(report.ok, !report.findings.some(({ severity }) => severity === 'problem'));
    if (finding.severity === 'problem') assert.equal(report.ok, false);
    DoctorReportSchema.parse(report);
  });
}

test('a daemon that takes connections and does not answer is told after a while', async (t) => {
  const { world } = healthy(t);
  await seededFaults.daemon_silent({ ...healthy(t), world });
  const silent = createServer().listen(world.places.socket);
  silent.on('connection', (socket) => t.after(() => socket.destroy()));
  t.after(() => silent.close());
  await once(silent, 'listening');
  const { findings } = await examine({ ...world, patienceMs: 20 });
  assert.deepEqual(
    findings.map(({ code, fix }) => [code, fix]),
    [['daemon_silent', `kill ${process.pid}`]],
  );
});

test('every code stands in docs/doctor.md with its meaning and its fix', () => {
  const page = readFileSync(new URL('../../../../docs/doctor.md', import.meta.url), 'utf8');
  const rows = page.split('\n').map((line) => line.replaceAll(/\s+/g, ' '));
  for (const code of doctorCodes) {
    const { severity, meaning, fix } = doctorCatalogue[code];
    assert.ok(
      rows.includes(`| \`${code}\` | ${severity} | ${meaning} | \`${fix}\` |`),
      `${code} is missing, or another text`,
    );
  }
  assert.equal(rows.filter((row) => /^\| `\w+` \| (?:problem|warning) \|/.test(row)).length, doctorCodes.length);
});

test('docs/doctor.schema.json is what --schema prints', async (t) => {
  const file = readFileSync(new URL('../../../../docs/doctor.schema.json', import.meta.url), 'utf8');
  assert.deepEqual(JSON.parse(file), schemaOfDoctorReport());
  const { code, stdout } = await emptySetting(t).call(['doctor', '--schema']);
  assert.deepEqual(
    [code, JSON.parse(stdout)],
    [0, schemaOfDoctorReport()],
    'write it anew: parley doctor --schema > docs/doctor.schema.json',
  );
});

test('the report tells no secret, whatever the configuration holds (G 55)', async (t) => {
  const { world, home } = healthy(t);
  writeFileSync(
    world.places.configFile,
    `[server]
port = 0
hosts = ["https://me:hunter2@parley.example.com"]
origins = ["https://me:hunter2@parley.example.com/?token=hunter2"]
[agents.codex]
model_url = "https://me:hunter2@models.example.com/v1?api_key=hunter2"
[agents.gemini]
command = "/nowhere/somebody@example.com/gemini"
[agents.codex.env]
SOME_KEY = "hunter2"
`,
  );
  mkdirSync(world.places.stateDir, { mode: 0o700 });
  writeFileSync(world.places.tokenFile, 'hunter2'.repeat(8), { mode: 0o600 });
  mkdirSync(join(home, '.codex'));
  writeFileSync(join(home, '.codex', 'auth.json'), JSON.stringify({ tokens: { access: 'hunter2' } }));
  const text = JSON.stringify(await examine(world));
  assert.match(text, /origin_malformed/);
  assert.match(text, /ChatGPT login/);
  assert.doesNotMatch(text, /hunter2|sk-secret|somebody@/);
});

test('looking writes nothing and starts nothing (G 33, G 55)', async (t) => {
  const { world, home } = healthy(t);
  mkdirSync(world.places.stateDir, { mode: 0o755 });
  writeFileSync(world.places.tokenFile, 'short', { mode: 0o644 });
  const before = treeOf(home);
  await examine(world);
  assert.deepEqual(treeOf(home), before);
});

test('the command prints the report for people or as JSON, and ends with 1 when there is a problem', async (t) => {
  const { call, env } = emptySetting(t);
  Object.assign(env, { PATH: '/nowhere' });
  const text = await call(['doctor']);
  assert.equal(text.code, 1);
  assert.match(text.stdout, /^problem no_agent_installed\n  None of .*\n  \$ parley agents install codex$/m);
  assert.match(text.stdout, /not ok: \d+ problems?, \d+ warnings?\n$/);
  const json = await call(['doctor', '--json']);
  assert.deepEqual([json.code, json.stderr], [1, '']);
  assert.equal(DoctorReportSchema.parse(JSON.parse(json.stdout)).ok, false);
});

/** Every path with mode, size and time of change. */
function treeOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const { mode, size, mtimeMs } = statSync(join(folder, name));
      return `${name} ${mode} ${size} ${mtimeMs}`;
    });
}
