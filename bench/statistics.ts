// Of samples: the middle, and how far the middle half of them is spread.

export interface Spread {
  readonly median: number;
  /** From the first quartile to the third. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  return { median: at(sorted, 0.5), low: at(sorted, 0.25), high: at(sorted, 0.75), count: sorted.length };
}

/** Between two samples by their distance. */
function at(sorted: readonly number[], part: number): number {
  const place = part * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** `35.2 (34.1–36.8)`: the median and the middle half. */
export function showSpread({ median, low, high }: Spread, digits = 1): string {
  return `${show(median, digits)} (${show(low, digits)}–${show(high, digits)})`;
}

export function show(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
