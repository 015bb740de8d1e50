import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRuntime } from '@parley/runtime';
import { ParleyError } from '@parley/schema';
import { RehearsalService } from './rehearsal-service.ts';

const program = fileURLToPath(new URL('../test/rehearsal-program.ts', import.meta.url));

interface World {
  readonly stateDir: string;
  /** A service of a daemon of its own: the state is the same. */
  readonly service: (command?: readonly [string, ...string[]]) => RehearsalService;
}

async function openWorld(t: TestContext): Promise<World> {
  const stateDir = await mkdtemp(join(tmpdir(), 'parley-rehearsal-'));
  const services: RehearsalService[] = [];
  const service = (command: readonly [string, ...string[]] = [process.execPath, program]): RehearsalService => {
    const made = new RehearsalService({
      stateDir,
      runtime: createRuntime({
        directory: join(stateDir, 'services'),
        instance: `test-${stateDir.slice(-6)}`,
        endStepMs: 500,
      }),
      command,
      env: { PATH: process.env['PATH'] },
    });
    services.push(made);
    return made;
  };
  t.after(async () => {
    for (const one of services) await one.close('end');
    await rm(stateDir, { recursive: true });
  });
  return { stateDir, service };
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

const keptIn = async (stateDir: string): Promise<{ record: { pid: number }; url: string }> =>
  JSON.parse(await readFile(join(stateDir, 'rehearsal.json'), 'utf8')) as { record: { pid: number }; url: string };

test('it is brought up once, however many ask at the same time', async (t) => {
  const { stateDir, service } = await openWorld(t);
  const one = service();
  const urls = await Promise.all([one.url(), one.url(), one.url()]);
  assert.equal(new Set(urls).size, 1);
  assert.equal(await one.url(), urls[0]);
  assert.equal((await readdir(join(stateDir, 'services'))).length, 1);
  assert.equal((await stat(join(stateDir, 'rehearsal.json'))).mode & 0o777, 0o600);
});

test('the next daemon takes it over, and ends it when it is told to', async (t) => {
  const { stateDir, service } = await openWorld(t);
  const first = service();
  const url = await first.url();
  await first.close('keep');
  assert.ok(await answers(url), 'agents that go on working find their model');
  const second = service();
  assert.equal(await second.url(), url);
  await second.close('end');
  assert.equal(await answers(url), false);
  assert.deepEqual(await readdir(join(stateDir, 'services')), []);
});

test('one that nobody asked for in this life of the daemon is ended too', async (t) => {
  const { service } = await openWorld(t);
  const first = service();
  const url = await first.url();
  await first.close('keep');
  await service().close('end');
  assert.equal(await answers(url), false);
  await service().close('end');
});

test('one that was killed is brought up at its old port', async (t) => {
  const { stateDir, service } = await openWorld(t);
  const one = service();
  const url = await one.url();
  const { record } = await keptIn(stateDir);
  process.kill(-record.pid, 'SIGKILL');
  while (await answers(url));
  assert.equal(await one.url(), url);
  assert.ok(await answers(url));
});

test('one that dies comes back without being asked for: agents that are up know only its address', async (t) => {
  const { stateDir, service } = await openWorld(t);
  const one = service();
  const url = await one.url();
  const { record } = await keptIn(stateDir);
  process.kill(-record.pid, 'SIGKILL');
  while ((await keptIn(stateDir)).record.pid === record.pid);
  assert.equal((await keptIn(stateDir)).url, url);
  assert.ok(await answers(url));
  await one.close('end');
  assert.equal(await answers(url), false, 'and it does not come back from an end');
});

test('one that cannot live is not brought back for ever', async (t) => {
  const { stateDir, service } = await openWorld(t);
  const starts = join(stateDir, 'starts');
  await writeFile(starts, '');
  const one = service(['/bin/sh', '-c', `echo started >> '${starts}'; echo '{"url":"http://127.0.0.1:9"}'; sleep 0.2`]);
  await one.url();
  const count = async (): Promise<number> => (await readFile(starts, 'utf8')).split('\n').length - 1;
  while ((await count()) < 4);
  await one.close('end');
  assert.equal(await count(), 4);
});

test('a stranger at its old port is not taken for it', async (t) => {
  const { stateDir, service } = await openWorld(t);
  const one = service();
  const url = await one.url();
  process.kill(-(await keptIn(stateDir)).record.pid, 'SIGKILL');
  while (await answers(url));
  const stranger = createServer((_request, response) => response.end('{"object":"list","data":[]}'));
  stranger.listen(Number(new URL(url).port), '127.0.0.1');
  await once(stranger, 'listening');
  t.after(() => {
    stranger.close();
    stranger.closeAllConnections();
  });
  const next = await one.url();
  assert.notEqual(next, url);
  assert.ok(await answers(next));
});

test('a note of it that was cut off by a crash leaves no server behind', async (t) => {
  const { stateDir, service } = await openWorld(t);
  const first = service();
  const url = await first.url();
  await first.close('keep');
  await writeFile(join(stateDir, 'rehearsal.json'), '{"record":');
  const second = service();
  const next = await second.url();
  assert.ok(await answers(next));
  assert.equal(next === url || !(await answers(url)), true, 'the old one is gone');
  await second.close('end');
  assert.equal(await answers(next), false);
});

test('one that does not start says why', async (t) => {
  const { stateDir, service } = await openWorld(t);
  const broken = service(['/bin/sh', '-c', 'echo no luck >&2; exit 1']);
  await assert.rejects(
    broken.url(),
    (error: unknown) => ParleyError.is(error) && error.code === 'agent_start_failed' && /no luck/.test(error.message),
  );
  assert.deepEqual(await readdir(join(stateDir, 'services')), []);
  await assert.rejects(broken.url(), /no luck/, 'and it may be tried again');
});
