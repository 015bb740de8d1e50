// The colours keep WCAG AA in both themes: 4.5 for text, 3 for the edges of fields.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('styles.css', import.meta.url), 'utf8');
const colours = new Map<string, readonly [light: string, dark: string]>();
for (const [, name = '', light = '', dark = ''] of css.matchAll(/--color-([a-z-]+): light-dark\((#\w+), (#\w+)\)/g)) {
  colours.set(name, [light, dark]);
}
const kinds = [...css.matchAll(/\.(tok-[a-z-]+)[^{]*\{\s*color: light-dark\((#\w+), (#\w+)\)/g)];

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function assertContrast(name: string, front: readonly string[], back: string, least: number): void {
  const behind = colours.get(back);
  assert.ok(behind !== undefined, back);
  for (const theme of [0, 1]) {
    const ratio = contrast(front[theme] ?? '', behind[theme] ?? '');
    assert.ok(ratio >= least, `${name} on ${back}, ${theme === 0 ? 'light' : 'dark'}: ${ratio.toFixed(2)}`);
  }
}

const texts: Readonly<Record<string, readonly string[]>> = {
  text: ['page', 'surface', 'sunken', 'hover', 'accent-soft', 'waiting-soft', 'failed-soft'],
  muted: [
    'page',
    'surface',
    'sunken',
    'hover',
    'line',
    'accent-soft',
    'waiting-soft',
    'failed-soft',
    'added-soft',
    'removed-soft',
  ],
  accent: ['page', 'surface', 'accent-soft', 'waiting-soft'],
  'on-accent': ['accent', 'accent-strong'],
  waiting: ['page', 'surface', 'sunken', 'hover', 'waiting-soft'],
  failed: ['page', 'surface', 'sunken', 'hover', 'failed-soft'],
  added: ['page', 'surface', 'hover', 'added-soft'],
  removed: ['page', 'surface', 'hover', 'removed-soft'],
  page: ['waiting', 'failed'],
};

test('texts can be read on what they stand on', () => {
  for (const [name, backs] of Object.entries(texts)) {
    for (const back of backs) assertContrast(name, colours.get(name) ?? [], back, 4.5);
  }
});

test('highlighted code can be read', () => {
  assert.ok(kinds.length >= 8);
  for (const [, name = '', light = '', dark = ''] of kinds) assertContrast(name, [light, dark], 'sunken', 4.5);
});

test('the edges of fields can be seen', () => {
  for (const back of ['page', 'surface', 'sunken', 'waiting-soft'])
    assertContrast('edge', colours.get('edge') ?? [], back, 3);
});
