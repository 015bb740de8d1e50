import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ParleyError } from '@parley/schema';
import type { Driver } from '@parley/schema';
import { codexLike } from '../test/driver.ts';
import { fromNpm, installAgent, versionFor } from './install.ts';
import { installationsOf, installFolder } from './installations.ts';

/**
 * An npm that notes how it was called and does as its file `behaviour` says: `works`, `fails` after it has written half of the package,
 * `lacks` the version, or `waits` until there is a file `go`.
 */
const fakeNpm = `#!/bin/sh
here=$(dirname "$0")
if [ "$1" = config ]; then echo "$here/npmrc"; exit 0; fi
echo "$*" >> "$here/calls"
env > "$here/environment"
cp package.json "$here/manifest" 2> /dev/null
if [ "$1" = view ]; then
  case $2 in
    *@latest) echo '"3.0.0"'; exit 0 ;;
    *@x) echo '["1.0.0","2.0.0"]'; exit 0 ;;
    *@2.0.0) echo '"2.0.0"'; exit 0 ;;
    *@down) echo '{"error":{"code":"ENOTFOUND","summary":"no way to the registry"}}'; exit 1 ;;
    *) echo '{"error":{"code":"E404","summary":"No match found"}}'; exit 1 ;;
  esac
fi
mkdir -p node_modules/.bin
echo agent > node_modules/.bin/codex
case $(cat "$here/behaviour") in
  fails) echo "npm error 404 no such package" >&2; exit 1 ;;
  lacks) echo "npm error code ETARGET" >&2; exit 1 ;;
  broken) touch node_modules/.bin/broken ;;
  waits) echo "waiting"; read answer < "$here/go" ;;
esac
echo "added 1 package"
`;

/** Runs when npm has brought it, unless `broken` says otherwise. */
const driver: Driver & { readonly npmPackage: string } = {
  ...codexLike,
  npmPackage: 'codex-like',
  detect: async ({ searchPath: [folder = ''] }) =>
    (await exists(join(folder, 'codex')))
      ? (await exists(join(folder, 'broken')))
        ? { installed: true, problem: 'no program for this platform' }
        : { installed: true, path: join(folder, 'codex'), version: '1.0.0' }
      : { installed: false },
};

interface World {
  readonly agentsDir: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly said: string[];
  readonly bin: string;
  readonly behave: (behaviour: 'works' | 'fails' | 'lacks' | 'waits' | 'broken') => Promise<void>;
  readonly install: (version?: string) => Promise<void>;
}

async function openWorld(t: TestContext): Promise<World> {
  const root = await mkdtemp(join(tmpdir(), 'parley-install-'));
  t.after(() => rm(root, { recursive: true }));
  const bin = join(root, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'npm'), fakeNpm);
  await chmod(join(bin, 'npm'), 0o755);
  const agentsDir = join(root, 'agents');
  const env = {
    PATH: [bin, '/usr/bin', '/bin'].join(delimiter),
    PARLEY_TOKEN: 'canary',
    OPENAI_API_KEY: 'canary',
    CLAUDE_CODE_OAUTH_TOKEN: 'canary',
    OPENROUTER_API_KEY: 'canary',
    HTTPS_PROXY: 'http://proxy.example',
  };
  const said: string[] = [];
  const behave = (behaviour: string): Promise<void> => writeFile(join(bin, 'behaviour'), behaviour);
  await behave('works');
  return {
    agentsDir,
    folder: installFolder(agentsDir, driver),
    env,
    said,
    bin,
    behave,
    install: (version) => installAgent(agentsDir, driver, env, (text) => void said.push(text), version),
  };
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

test('an agent is installed in its pinned version, and every step is told', async (t) => {
  const { folder, bin, said, install, agentsDir } = await openWorld(t);
  await install();
  assert.equal(await readFile(join(folder, 'node_modules', '.bin', 'codex'), 'utf8'), 'agent\n');
  assert.match(await readFile(join(bin, 'calls'), 'utf8'), /^install --save-exact .*codex-like@1\.0\.0\n$/);
  assert.match(said[0] ?? '', /Installing Codex 1\.0\.0/);
  assert.ok(said.includes('added 1 package'));
  assert.match(said.at(-1) ?? '', /is installed/);
  assert.deepEqual((await readdir(dirname(folder))).toSorted(), ['1.0.0', 'current'], 'nothing else is left');
  assert.match(said.at(-1) ?? '', /\d s, \d+ MB/);
  assert.equal((await stat(join(agentsDir, 'codex'))).mode & 0o777, 0o700);
  await install();
  assert.ok(await exists(join(folder, 'node_modules')), 'again, over the old one');
});

test("the package's scripts see no key", async (t) => {
  const { bin, install } = await openWorld(t);
  await install();
  const environment = await readFile(join(bin, 'environment'), 'utf8');
  assert.ok(!environment.includes('canary'), environment);
  assert.match(environment, /HTTPS_PROXY=/);
});

test('a failure is told in the words of npm and leaves nothing that looks installed', async (t) => {
  const { folder, behave, install } = await openWorld(t);
  await behave('fails');
  await assert.rejects(
    install(),
    (error: unknown) =>
      ParleyError.is(error) && error.code === 'agent_start_failed' && /404 no such package/.test(error.message),
  );
  assert.deepEqual(await readdir(dirname(folder)), []);
});

test('a failure leaves what was installed before as it is', async (t) => {
  const { folder, behave, install } = await openWorld(t);
  await install();
  await behave('fails');
  await assert.rejects(install());
  assert.ok(await exists(join(folder, 'node_modules', '.bin', 'codex')));
});

test('two at once share one installation, and its failure too', async (t) => {
  const { bin, said, behave, install } = await openWorld(t);
  await behave('waits');
  await once(spawn('mkfifo', [join(bin, 'go')]), 'exit');
  const both = Promise.all([install(), install()]);
  assert.ok(said.some((text) => text.includes('under way')));
  await writeFile(join(bin, 'go'), 'go\n');
  await both;
  assert.equal((await readFile(join(bin, 'calls'), 'utf8')).trim().split('\n').length, 1);
  await behave('fails');
  const results = await Promise.allSettled([install(), install()]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  await behave('works');
  await install();
});

test('half an installation of a daemon that was killed is removed, one of a living process is not', async (t) => {
  const { folder, install } = await openWorld(t);
  const gone = spawn('true');
  await once(gone, 'exit');
  const dead = `${folder}.${gone.pid}.part`;
  const living = `${folder}.1.part`;
  for (const part of [dead, living]) await mkdir(join(part, 'node_modules'), { recursive: true });
  await install();
  assert.deepEqual([await exists(dead), await exists(living)], [false, true]);
});

test('without npm it says so', async (t) => {
  const { agentsDir, folder } = await openWorld(t);
  await assert.rejects(
    installAgent(agentsDir, driver, { PATH: '/nowhere' }, () => undefined),
    /npm could not be run/,
  );
  assert.deepEqual(await readdir(dirname(folder)), []);
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (ParleyError.is(error) ? `${error.code}: ${error.message}` : String(error)),
  );

test("the package's own script may run and no other's", async (t) => {
  const { bin, install } = await openWorld(t);
  await install();
  assert.deepEqual(JSON.parse(await readFile(join(bin, 'manifest'), 'utf8')), {
    private: true,
    name: 'parley-agent-codex',
    allowScripts: { 'codex-like': true },
  });
});

test('another version takes the place of the one before, which stays until the next installation', async (t) => {
  const { agentsDir, install, said } = await openWorld(t);
  await install();
  for (const [version, left] of [
    ['2.0.0', ['1.0.0', '2.0.0']],
    ['10.0.0', ['2.0.0', '10.0.0']],
    ['10.0.0', ['2.0.0', '10.0.0']],
    ['2.0.0', ['2.0.0', '10.0.0']],
  ] as const) {
    await install(version);
    assert.deepEqual(await installationsOf(agentsDir, driver), { current: version, versions: left });
  }
  assert.ok(said.includes('Removed 1.0.0.'));
});

test('what came from npm and does not run is no installation, and the one before stays in use', async (t) => {
  const { agentsDir, install, behave } = await openWorld(t);
  await install();
  await behave('broken');
  assert.match(await codeOf(install('2.0.0')), /^agent_start_failed: .*2\.0\.0.*does not run: no program for this/);
  assert.deepEqual(await installationsOf(agentsDir, driver), { current: '1.0.0', versions: ['1.0.0'] });
});

test('a version that npm does not have is said to be that', async (t) => {
  const { env, install, behave } = await openWorld(t);
  await behave('lacks');
  assert.equal(await codeOf(install('9.9.9')), 'invalid_request: npm has no codex-like@9.9.9.');
  assert.equal(await codeOf(versionFor(driver, '9.9.9', env)), 'invalid_request: npm has no codex-like@9.9.9.');
  assert.equal(await codeOf(versionFor(driver, 'x', env)), 'invalid_request: npm has no codex-like@x.');
  assert.match(await codeOf(versionFor(driver, 'down', env)), /^agent_start_failed: .* no way to the registry$/);
});

test('a tag is the version that npm says, and of the proven one npm is not asked', async (t) => {
  const { env, bin } = await openWorld(t);
  assert.equal(await versionFor(driver, undefined, env), '1.0.0');
  assert.equal(await versionFor(driver, '1.0.0', env), '1.0.0');
  assert.equal(await exists(join(bin, 'calls')), false);
  assert.equal(await versionFor(driver, 'latest', env), '3.0.0');
  assert.equal(await versionFor(driver, '2.0.0', env), '2.0.0');
});

test('an agent that npm does not have comes with what a person can do', () => {
  const { npmPackage: _none, ...rest } = codexLike;
  assert.throws(
    () => fromNpm({ ...rest, installHint: 'Run `uv tool install codex`.' }),
    /npm does not have Codex\. Run/,
  );
});

test('where nobody says which version is in use it is the proven one, else the newest', async (t) => {
  const { agentsDir } = await openWorld(t);
  const put = (version: string) => mkdir(join(agentsDir, 'codex', version), { recursive: true });
  assert.deepEqual(await installationsOf(agentsDir, driver), { versions: [] });
  await put('2.0.0');
  await put('10.0.0');
  await put('11.0.0.1.part');
  await writeFile(join(agentsDir, 'codex', 'current'), '3.0.0\n');
  assert.deepEqual(await installationsOf(agentsDir, driver), { current: '10.0.0', versions: ['2.0.0', '10.0.0'] });
  await put('1.0.0');
  assert.equal((await installationsOf(agentsDir, driver)).current, '1.0.0');
});
