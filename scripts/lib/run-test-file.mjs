// Runs one test file in a process group of its own, with a deadline, and leaves nothing of it behind.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endLeftProcesses, kill, killMarked, markName } from './left-processes.mjs';
import { inRoot, root } from './root.mjs';
import { testEnvironment } from './test-environment.mjs';

/** @typedef {import('./test-reporter.mjs').TestFact} TestFact */

/**
 * @typedef {object} FileResult
 * @property {string} file
 * @property {readonly TestFact[]} facts what passed, failed or was skipped
 * @property {string} output what the file printed
 * @property {number} seconds
 */

const drainMs = 500;

/** @type {Set<() => void>} */
const running = new Set();

/** Kills all test files that run now, with all that they started. For the end of the runner itself. */
export function killRunningTestFiles() {
  for (const end of running) end();
}

/**
 * Runs a test file to its end or its deadline.
 *
 * Beside its tests a file can fail as a whole: killed at the deadline, an exit that no test explains, no test in it, processes left
 * behind. Each is a failed fact named after the file.
 * @param {string} file path in the repository
 * @param {{ node: string, timeoutMs: number }} options
 * @returns {Promise<FileResult>}
 */
export async function runTestFile(file, { node, timeoutMs }) {
  const begun = Date.now();
  const mark = randomUUID();
  const factsPath = join(tmpdir(), `parley-test-${mark}.ndjson`);
  const reporter = inRoot('scripts', 'lib', 'test-reporter.mjs');
  const args = ['--conditions=source', `--test-reporter=${reporter}`, `--test-reporter-destination=${factsPath}`, file];
  const child = spawn(node, args, {
    cwd: root,
    env: { ...testEnvironment(process.env), [markName]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const end = () => {
    if (child.pid !== undefined) kill(-child.pid);
    killMarked(mark);
  };
  running.add(end);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeoutMs);
  const { code, signal, output } = await finished(child);
  clearTimeout(timer);
  const left = timedOut ? [] : await endLeftProcesses(mark);
  end();
  running.delete(end);

  const read = readFacts(factsPath);
  rmSync(factsPath, { force: true });
  const whole = judgeFile({ ...read, code, signal, timedOut, timeoutMs, left });
  const failures = whole.map((error) => ({ kind: /** @type {const} */ ('failed'), name: file, place: '', error }));
  return { file, facts: [...read.facts, ...failures], output, seconds: (Date.now() - begun) / 1000 };
}

/**
 * Resolves when the process is over and its output is read; a process that it left behind may hold the pipes open for ever, so those
 * get a moment only.
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, output: string }>}
 */
function finished(child) {
  /** @type {Buffer[]} */
  const chunks = [];
  const streams = [child.stdout, child.stderr];
  for (const stream of streams) stream.on('data', (/** @type {Buffer} */ chunk) => void chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      const giveUp = setTimeout(() => streams.forEach((stream) => stream.destroy()), drainMs);
      child.once('close', (code, signal) => {
        clearTimeout(giveUp);
        resolve({ code, signal, output: Buffer.concat(chunks).toString() });
      });
    });
  });
}

/** @param {string} path */
function readFacts(path) {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  // A killed process may have written half of the last line.
  const complete = lines.slice(0, -1).map((line) => /** @type {TestFact} */ (JSON.parse(line)));
  const facts = complete.filter((fact) => fact.kind !== 'began' && fact.kind !== 'warned');
  /** Errors that came when their test was over. */
  const warnings = complete.filter((fact) => fact.kind === 'warned').map((fact) => fact.name);
  const over = new Set(facts.map((fact) => fact.name.split(' › ').at(-1)));
  const unfinished = complete.filter((fact) => fact.kind === 'began' && !over.has(fact.name)).map((fact) => fact.name);
  return { facts, unfinished, warnings };
}

/**
 * @param {ReturnType<typeof readFacts> & { code: number | null, signal: NodeJS.Signals | null, timedOut: boolean, timeoutMs: number,
 *   left: readonly string[] }} run
 * @returns {string[]} why the file as a whole failed
 */
function judgeFile({ facts, unfinished, warnings, code, signal, timedOut, timeoutMs, left }) {
  if (timedOut) {
    const during =
      unfinished.length === 0 ? 'all its tests were over: something keeps the process alive' : unfinished.join(', ');
    return [`killed after ${timeoutMs / 1000} s; running then: ${during}`];
  }
  const reasons = [];
  const explained = facts.some((fact) => fact.kind === 'failed');
  if (signal !== null) reasons.push(`the process of the file was ended by ${signal}`);
  else if (code !== 0 && !explained) {
    reasons.push([`the process of the file ended with exit code ${code}`, ...warnings].join('\n'));
  } else if (facts.length === 0) reasons.push('there is no test in this file');
  if (left.length > 0) reasons.push(`it left processes behind (killed now):\n${left.join('\n')}`);
  return reasons;
}
