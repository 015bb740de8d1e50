// The optimiser: leaves out of a prompt or an answer what says nothing. Opt-in, and careful: code, JSON, tables, diffs, quotations and
// indentation keep every byte, and no rule touches a word that could mean something. Optimising twice changes nothing more.

import type { Optimization } from '@parley/schema';
import { blocksOf } from './blocks.ts';
import type { Block } from './blocks.ts';
import { courtesy, spaceRules } from './rules.ts';
import type { Rule } from './rules.ts';
import { exactSpans, noQuotes } from './spans.ts';
import type { OpenQuotes, Span } from './spans.ts';

export interface Optimized extends Optimization {
  readonly text: string;
}

/** For a prompt: courtesy in its first paragraph, and spaces and empty lines that mean nothing. */
export function optimizePrompt(text: string): Optimized {
  return optimize(text, [courtesy]);
}

/** For an answer: spaces and empty lines only. Every word of it may be the answer. */
export function optimizeResponse(text: string): Optimized {
  return optimize(text, []);
}

function optimize(text: string, ofFirst: readonly Rule[]): Optimized {
  const applied = new Set<string>();
  let optimized = text;
  // What is left out can make a paragraph's neighbour its first one: again, until nothing is found. Each time it gets shorter.
  for (let before: string | undefined; before !== optimized && !isJson(optimized);) {
    before = optimized;
    optimized = join(shortened(blocksOf(before), ofFirst, applied), applied);
  }
  return {
    text: optimized,
    applied: optimized !== text,
    rules: [...applied],
    before: text.length,
    after: optimized.length,
  };
}

function isJson(text: string): boolean {
  const trimmed = text.trim();
  if (!/^[{["\d-]|^(?:true|false|null)$/.test(trimmed)) return false;
  try {
    JSON.parse(trimmed);
    return true;
  } catch {
    return false;
  }
}

function shortened(blocks: readonly Block[], ofFirst: readonly Rule[], applied: Set<string>): readonly Block[] {
  let quotes = noQuotes;
  let first = true;
  const done: Block[] = [];
  for (const block of blocks) {
    if (block.kind !== 'prose') {
      // In a quotation empty lines are part of it.
      done.push(quotes.straight || quotes.curly > 0 ? { ...block, kind: 'exact' } : block);
      first &&= block.kind === 'blank';
      continue;
    }
    const paragraph = paragraphOf(
      block.lines.join('\n'),
      quotes,
      first ? [...ofFirst, ...spaceRules] : spaceRules,
      applied,
    );
    done.push({ kind: 'prose', lines: paragraph.text.split('\n') });
    ({ quotes } = paragraph);
    first = false;
  }
  return done;
}

function paragraphOf(
  text: string,
  before: OpenQuotes,
  rules: readonly Rule[],
  applied: Set<string>,
): { readonly text: string; readonly quotes: OpenQuotes } {
  let shorter = text;
  let { spans, after } = exactSpans(shorter, before);
  for (const rule of rules) {
    const parts = outside([...rule.find(shorter)], spans);
    if (parts.length === 0) continue;
    applied.add(rule.name);
    shorter = replaced(shorter, parts, rule.by);
    ({ spans, after } = exactSpans(shorter, before));
  }
  return { text: shorter, quotes: after };
}

/** Those parts that touch nothing exact. Both lists ascend. */
function outside(parts: readonly Span[], exact: readonly Span[]): readonly Span[] {
  let next = 0;
  return parts.filter(({ start, end }) => {
    while ((exact[next]?.end ?? Infinity) <= start) next += 1;
    return (exact[next]?.start ?? Infinity) >= end;
  });
}

function replaced(text: string, parts: readonly Span[], by: string): string {
  let result = '';
  let from = 0;
  for (const { start, end } of parts) {
    result += text.slice(from, start) + by;
    from = end;
  }
  return result + text.slice(from);
}

/** One empty line between two blocks of prose, none before the first and after the last; around anything exact they all stay. */
function join(blocks: readonly Block[], applied: Set<string>): string {
  const parts: (readonly string[])[] = [];
  for (const [n, block] of blocks.entries()) {
    const free = [blocks[n - 1], blocks[n + 1]].every((other) => other === undefined || other.kind === 'prose');
    if (block.kind !== 'blank' || !free) {
      parts.push(block.lines);
      continue;
    }
    const atEdge = n === 0 || n === blocks.length - 1;
    const ending = block.lines.every((line) => line.endsWith('\r')) ? '\r' : '';
    const kept = blocks.length === 1 ? block.lines : atEdge ? [] : [ending];
    if (kept.length < block.lines.length || kept.some((line, at) => line !== block.lines[at]))
      applied.add('empty lines');
    parts.push(kept);
  }
  return parts.flat().join('\n');
}
