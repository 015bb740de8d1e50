// What becomes of a test file that passes, fails, hangs or leaves something behind. Each case is a real file in a real process.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { runTestFile } from './run-test-file.mjs';

/**
 * @param {import('node:test').TestContext} t
 * @param {string} body
 * @param {number} [timeoutMs]
 */
async function run(t, body, timeoutMs = 60_000) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-run-test-file-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a.test.mjs');
  writeFileSync(
    file,
    `import test, { describe, it } from 'node:test';\nimport { spawn } from 'node:child_process';\n${body}`,
  );
  const { facts, output } = await runTestFile(file, { node: process.execPath, timeoutMs });
  return {
    passed: facts.filter((fact) => fact.kind === 'passed').map((fact) => fact.name),
    failed: facts.flatMap((fact) =>
      fact.kind === 'failed' ? [`${fact.name === file ? 'file' : fact.name}: ${fact.error}`] : [],
    ),
    skipped: facts.flatMap((fact) => (fact.kind === 'skipped' ? [`${fact.name}: ${fact.reason}`] : [])),
    output,
  };
}

/**
 * Resolves when a killed process is gone, or is a zombie whose new parent has not looked yet; a living one hangs the test.
 * @param {number} pid
 */
async function ended(pid) {
  for (;;) {
    try {
      process.kill(pid, 0);
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return;
    } catch {
      return;
    }
    await turn();
  }
}

test('tests are counted once each, with their suites in the name', async (t) => {
  const result = await run(t, "test('one', () => {}); describe('of', () => { it('two', () => {}); });");
  assert.deepEqual(result, { passed: ['one', 'of › two'], failed: [], skipped: [], output: '' });
});

test('a failing subtest counts once, with its error', async (t) => {
  const result = await run(
    t,
    "test('outer', async (t) => { await t.test('inner', () => { throw new Error('boom'); }); });",
  );
  assert.equal(result.failed.length, 1);
  assert.match(result.failed[0] ?? '', /^outer › inner: Error: boom/);
});

test('a skipped test keeps its reason', async (t) => {
  const result = await run(t, "test('one', { skip: 'no browser' }, () => {});");
  assert.deepEqual(result.skipped, ['one: no browser']);
});

test('a file that cannot be loaded, or has no test, fails as a whole', async (t) => {
  const broken = await run(t, "import 'not-there';");
  assert.match(broken.failed.join(), /^file: .*exit code 1/);
  assert.match(broken.output, /not-there/);
  assert.deepEqual((await run(t, '')).failed, ['file: there is no test in this file']);
});

test('an error after the last test fails the file and is shown', async (t) => {
  const result = await run(t, "test('one', () => { setImmediate(() => { throw new Error('too late'); }); });");
  assert.match(result.failed.join(), /^file: .*exit code [^]*too late/);
});

test('a hanging file is killed at its deadline with all that it started', async (t) => {
  const result = await run(
    t,
    `test('hangs', async () => {
       const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
       console.log(child.pid);
       await new Promise((resolve) => child.once('exit', resolve));
     });`,
    1000,
  );
  assert.deepEqual(result.failed, ['file: killed after 1 s; running then: hangs']);
  await ended(Number(result.output));
});

const marks = process.platform === 'linux' ? {} : { skip: 'processes can be found by their environment on Linux only' };
test('a process that a file leaves behind is killed and fails it', marks, async (t) => {
  const result = await run(
    t,
    `test('one', () => {
       const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
       child.unref();
       console.log(child.pid);
     });`,
  );
  assert.match(result.failed.join(), /^file: it left processes behind/);
  await ended(Number(result.output));
});
