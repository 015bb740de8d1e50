// Token counts for people. What an agent did not report is called unknown, never shown as 0.

import type { Usage } from '@parley/schema';

/** For example `12.4k in (10.1k cached) · 830 out · $0.0123`; `usage unknown` when nothing was reported. */
export function usageText(usage: Usage | undefined): string {
  const input = sum(usage?.inputUncached, usage?.cacheRead, usage?.cacheWrite5m, usage?.cacheWrite1h);
  if (usage === undefined || (input === undefined && usage.output === undefined && usage.costUsd === undefined)) {
    return 'usage unknown';
  }
  const cached =
    usage.cacheRead === undefined || usage.cacheRead === 0 ? '' : ` (${tokensText(usage.cacheRead)} cached)`;
  const parts = [
    input === undefined ? 'input unknown' : `${tokensText(input)} in${cached}`,
    usage.output === undefined ? 'output unknown' : `${tokensText(usage.output)} out`,
  ];
  if (usage.costUsd !== undefined) parts.push(costText(usage.costUsd));
  return parts.join(' · ');
}

/** Each bucket with its name, for a table; unknown ones are called so. */
export function usageRows(usage: Usage | undefined): readonly (readonly [label: string, value: string])[] {
  const show = (count: number | undefined) => (count === undefined ? 'unknown' : count.toLocaleString('en-US'));
  return [
    ['Input, not cached', show(usage?.inputUncached)],
    ['Read from cache', show(usage?.cacheRead)],
    ['Written to cache (5 min)', show(usage?.cacheWrite5m)],
    ['Written to cache (1 h)', show(usage?.cacheWrite1h)],
    ['Output', show(usage?.output)],
    ['of it reasoning', show(usage?.reasoning)],
    ['Cost', usage?.costUsd === undefined ? 'unknown' : costText(usage.costUsd)],
  ];
}

function sum(...counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => a + b, 0);
}

function tokensText(count: number): string {
  if (count < 1000) return String(count);
  if (count < 999_950) return `${(count / 1000).toFixed(1).replace(/\.0$/, '')}k`;
  return `${(count / 1_000_000).toFixed(2)}M`;
}

function costText(dollars: number): string {
  return `$${dollars.toFixed(dollars >= 1 ? 2 : 4)}`;
}
