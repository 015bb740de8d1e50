import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ParleyError } from '@parley/schema';
import { codexLike } from '../test/driver.ts';
import { installAgent, installFolder } from './install.ts';

/**
 * An npm that notes how it was called and does as its file `behaviour` says: `works`, `fails` after it has written half of the package, or
 * `waits` until there is a file `go`.
 */
const fakeNpm = `#!/bin/sh
here=$(dirname "$0")
if [ "$1" = config ]; then echo "$here/npmrc"; exit 0; fi
echo "$*" >> "$here/calls"
env > "$here/environment"
mkdir -p node_modules/.bin
echo agent > node_modules/.bin/codex
case $(cat "$here/behaviour") in
  fails) echo "npm error 404 no such package" >&2; exit 1 ;;
  waits) echo "waiting"; read answer < "$here/go" ;;
esac
echo "added 1 package"
`;

interface World {
  readonly agentsDir: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly said: string[];
  readonly bin: string;
  readonly behave: (behaviour: 'works' | 'fails' | 'waits') => Promise<void>;
  readonly install: () => Promise<void>;
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
    HTTPS_PROXY: 'http://proxy.example',
  };
  const said: string[] = [];
  const behave = (behaviour: string): Promise<void> => writeFile(join(bin, 'behaviour'), behaviour);
  await behave('works');
  return {
    agentsDir,
    folder: installFolder(agentsDir, codexLike),
    env,
    said,
    bin,
    behave,
    install: () => installAgent(agentsDir, codexLike, env, (text) => void said.push(text)),
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
  assert.deepEqual(await readdir(dirname(folder)), ['1.0.0'], 'nothing else is left');
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
    installAgent(agentsDir, codexLike, { PATH: '/nowhere' }, () => undefined),
    /npm could not be run/,
  );
  assert.deepEqual(await readdir(dirname(folder)), []);
});
