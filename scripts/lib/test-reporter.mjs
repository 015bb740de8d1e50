// A reporter for node:test, loaded into the process of a test file: one JSON line per fact that the report needs.
import { AssertionError } from 'node:assert';
import { inspect } from 'node:util';

/**
 * @typedef {{ kind: 'began' | 'warned' | 'passed', name: string }
 *   | { kind: 'skipped', name: string, reason: string }
 *   | { kind: 'failed', name: string, place: string, error: string }} TestFact
 */

/**
 * @param {AsyncIterable<{ type: string, data: any }>} source
 * @returns {AsyncGenerator<string>}
 */
export default async function* report(source) {
  /** @type {string[]} names of the tests and suites around the current one, by nesting */
  const around = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      around.length = data.nesting;
      around.push(data.name);
    } else if (type === 'test:dequeue') {
      yield line({ kind: 'began', name: data.name });
    } else if (type === 'test:diagnostic' && /^(Error|Warning): /.test(data.message)) {
      // An error that came after its test was over: it fails the file, and nothing else tells which error it was.
      yield line({ kind: 'warned', name: data.message });
    } else if (type === 'test:pass' || type === 'test:fail') {
      const name = [...around.slice(0, data.nesting), data.name].join(' › ');
      const fact = factOf(type === 'test:pass', name, data);
      if (fact !== undefined) yield line(fact);
    }
  }
}

/**
 * @param {boolean} passed
 * @param {string} name
 * @param {any} data
 * @returns {TestFact | undefined}
 */
function factOf(passed, name, data) {
  const isSuite = data.details?.type === 'suite';
  const leftOut = data.skip ?? data.todo;
  if (leftOut !== undefined && leftOut !== false) {
    if (isSuite) return undefined;
    const reason = typeof leftOut === 'string' && leftOut !== '' ? leftOut : 'no reason given';
    return { kind: 'skipped', name, reason: data.skip === undefined ? `todo: ${reason}` : reason };
  }
  if (passed) return isSuite ? undefined : { kind: 'passed', name };
  const error = data.details?.error;
  // Its tests have said so already.
  if (error?.failureType === 'subtestsFailed') return undefined;
  return { kind: 'failed', name, place: placeOf(data), error: textOf(error?.cause ?? error) };
}

/** @param {any} data */
function placeOf(data) {
  return data.file === undefined ? '' : `${data.file}:${data.line}`;
}

/**
 * An assertion's message shows the difference already, better than its properties would. Node's own frames help nobody.
 * @param {unknown} error
 */
function textOf(error) {
  if (typeof error === 'string') return error;
  const text =
    error instanceof AssertionError && error.stack !== undefined
      ? error.stack
      : inspect(error, { depth: 6, breakLength: 120 });
  return text.replace(/\n\s+at .*\bnode:(internal|async_hooks).*/g, '');
}

/** @param {TestFact} fact */
function line(fact) {
  return `${JSON.stringify(fact)}\n`;
}
