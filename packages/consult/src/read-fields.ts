// Reads single values of an agent's JSON as what they can only mean; anything else is left out, never guessed.

import type { Finding } from '@parley/schema';
import { isObject } from './find-json.ts';
import { readSeverity } from './verdict.ts';

export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Texts of a list, or one text that stands for a list of one. */
export function readTexts(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return list.flatMap((one) => readText(one) ?? []);
}

/** 0 to 1: of `0.8`, `"0.8"`, `80`, `"80%"`. A number just above 1 could be either scale, so it is none. */
export function readConfidence(value: unknown): number | undefined {
  const [, digits, percent] = typeof value === 'string' ? (/^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(value) ?? []) : [];
  const number = typeof value === 'number' ? value : digits === undefined ? Number.NaN : Number(digits);
  if (percent !== '%' && number >= 0 && number <= 1) return number;
  const isHundredth = percent === '%' ? number >= 0 : number >= 2;
  return isHundredth && number <= 100 ? number / 100 : undefined;
}

/** Findings of a list; a text alone is a finding with that title. What has no words is none. */
export function readFindings(value: unknown): readonly Finding[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly unknown[]).flatMap((one): readonly Finding[] => {
    if (typeof one === 'string')
      return one.trim() === '' ? [] : [{ severity: 'unrated', title: one.trim(), detail: '' }];
    if (!isObject(one)) return [];
    const detail = readText(one['detail']) ?? readText(one['description']) ?? readText(one['message']) ?? '';
    const title = readText(one['title']) ?? readText(one['name']) ?? detail.split('\n')[0] ?? '';
    if (title === '') return [];
    const file = readText(one['file']) ?? readText(one['path']);
    const line = readLine(one['line']);
    return [
      {
        severity: readSeverity(one['severity']),
        title,
        detail: detail === title ? '' : detail,
        ...(file !== undefined && { file }),
        ...(line !== undefined && { line }),
      },
    ];
  });
}

/** Of `12`, `"12"`, `"12-14"`: the first. */
function readLine(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number.parseInt(value, 10) : value;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : undefined;
}
