// Counts what passed, failed and was skipped, and prints the report: a line for each thing that ran, then all that needs reading.
import { relative } from 'node:path';
import { root } from './root.mjs';

/** @typedef {import('./test-reporter.mjs').TestFact} TestFact */

/** How much of a failed file's own output is shown: its end. */
const shownOutput = 20_000;

export class Tally {
  /** @type {(text: string) => void} */
  #print;
  #passed = 0;
  /** @type {string[]} */
  #failures = [];
  /** @type {string[]} */
  #skips = [];

  /** @param {(text: string) => void} print */
  constructor(print) {
    this.#print = print;
  }

  /** Whether nothing failed so far. */
  get isGood() {
    return this.#failures.length === 0;
  }

  /**
   * Counts a check, or a step that went wrong, as one test.
   * @param {string} name
   * @param {{ passed: boolean, output: string, seconds: number }} result
   */
  addCheck(name, { passed, output, seconds }) {
    this.#print(`${passed ? 'ok  ' : 'FAIL'}  ${name}  ${seconds.toFixed(1)} s\n`);
    if (passed) this.#passed += 1;
    else this.#failures.push(`${name}\n${indent(output)}`);
  }

  /** @param {import('./run-test-file.mjs').FileResult} result */
  addFile({ file, facts, output, seconds }) {
    const failed = facts.filter((fact) => fact.kind === 'failed');
    const skipped = facts.filter((fact) => fact.kind === 'skipped');
    const passed = facts.length - failed.length - skipped.length;
    const counts = [
      `${passed} passed`,
      failed.length > 0 && `${failed.length} failed`,
      skipped.length > 0 && `${skipped.length} skipped`,
    ];
    const verdict = failed.length > 0 ? 'FAIL' : 'ok  ';
    this.#print(`${verdict}  ${file}  ${counts.filter(Boolean).join(', ')}  ${seconds.toFixed(1)} s\n`);
    // At once too, in short: who sees only a part of a long report sees what failed.
    for (const { name, error } of failed) this.#print(`        ${name}: ${error.trimStart().split('\n', 1)[0]}\n`);
    this.#passed += passed;
    for (const fact of skipped) this.#skips.push(`${file} › ${fact.name}: ${fact.reason}`);
    failed.forEach((fact, index) => {
      const place = fact.place === '' ? file : relative(root, fact.place);
      const isLast = index === failed.length - 1;
      const printed =
        isLast && output.trim() !== '' ? `\nwhat ${file} printed:\n${output.trim().slice(-shownOutput)}` : '';
      this.#failures.push(`${fact.name}\n${indent(`${place}\n${fact.error}${printed}`)}`);
    });
  }

  /** Prints skipped tests with their reasons, failures in full, and the line of totals, which is the last one. */
  finish() {
    const skipped = this.#skips.length;
    if (skipped > 0) this.#print(`\nSkipped\n${indent(this.#skips.join('\n'))}\n`);
    this.#failures.forEach((failure, index) => this.#print(`\nFailure ${index + 1}: ${failure}\n`));
    this.#print(`\n${totals(this.#passed, this.#failures.length, skipped)}\n`);
  }
}

/**
 * @param {number} passed
 * @param {number} failed
 * @param {number} skipped
 */
export function totals(passed, failed, skipped) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** @param {string} text */
function indent(text) {
  return text.trimEnd().replace(/^(?=.)/gm, '  ');
}
