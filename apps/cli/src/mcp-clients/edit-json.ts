// Sets or removes `container.name` in a text of JSON with comments; every byte that is not part of it stays.

import { readPlaces, skipTrivia, valueAt } from './json-places.ts';
import type { JsonMember, JsonObjectPlace } from './json-places.ts';

/** Text put in place of what stands from `start` to `end`. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The value of `container.name`; undefined when it is not there. Throws `JsonSyntaxError`, and an `Error` where there is no object. */
export function entryInJson(text: string, container: string, name: string): unknown {
  const member = memberOf(objectOf(text, container), name);
  return member === undefined ? undefined : valueAt(member.value);
}

/** The same text with the entry in it, in the file's own indentation. Throws as `entryInJson`. */
export function setInJson(given: string, container: string, name: string, value: unknown): string {
  const text = given.trim() === '' ? `{}\n` : given;
  const root = rootOf(text);
  const holder = objectOf(text, container);
  if (holder === undefined) return apply(text, insertion(text, root, container, { [name]: value }));
  const member = memberOf(holder, name);
  if (member === undefined) return apply(text, insertion(text, holder, name, value));
  const { start, end } = member.value;
  return apply(text, [{ start, end, text: written(text, value, indentAt(text, member.start)) }]);
}

/** The same text without the entry, and without its container where nothing else is in it. Throws as `entryInJson`. */
export function removeFromJson(text: string, container: string, name: string): string {
  const holder = objectOf(text, container);
  const member = memberOf(holder, name);
  if (holder === undefined || member === undefined) return text;
  const root = rootOf(text);
  const outer = memberOf(root, container);
  return holder.members.length === 1 && outer !== undefined
    ? apply(text, removal(text, root, outer))
    : apply(text, removal(text, holder, member));
}

function rootOf(text: string): JsonObjectPlace {
  const root = readPlaces(text);
  if (root.kind !== 'object') throw new Error('holds no JSON object');
  return root;
}

function objectOf(text: string, container: string): JsonObjectPlace | undefined {
  if (text.trim() === '') return undefined;
  const place = memberOf(rootOf(text), container)?.value;
  if (place !== undefined && place.kind !== 'object')
    throw new Error(`has something else than an object at "${container}"`);
  return place;
}

function memberOf(object: JsonObjectPlace | undefined, key: string): JsonMember | undefined {
  return object?.members.findLast((member) => member.key === key);
}

function insertion(text: string, object: JsonObjectPlace, key: string, value: unknown): readonly Edit[] {
  const last = object.members.at(-1);
  const isOneLine = !text.trim().includes('\n') && rootOf(text).members.length > 0;
  if (isOneLine) {
    const at = last?.value.end ?? object.start + 1;
    const property = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
    return [{ start: at, end: at, text: last === undefined ? property : `,${property}` }];
  }
  const line = lineBreakOf(text);
  const outer = indentAt(text, object.start);
  if (last === undefined) {
    const property = `${JSON.stringify(key)}: ${written(text, value, outer + unitOf(text))}`;
    const inner = text.slice(object.start + 1, object.end - 1).trimEnd();
    const filled = `{${inner}${line}${outer}${unitOf(text)}${property}${line}${outer}}`;
    return [{ start: object.start, end: object.end, text: filled }];
  }
  const indent = beginsLine(text, last.start) ? indentAt(text, last.start) : outer + unitOf(text);
  const property = `${JSON.stringify(key)}: ${written(text, value, indent)}`;
  const comma = commaAfter(text, last.value.end);
  // Behind a comment that belongs to the one before.
  const at = endOfRemark(text, comma === undefined ? last.value.end : comma + 1);
  const separate = { start: last.value.end, end: last.value.end, text: ',' };
  return comma === undefined
    ? [separate, { start: at, end: at, text: `${line}${indent}${property}` }]
    : [{ start: at, end: at, text: `${line}${indent}${property},` }];
}

function removal(text: string, object: JsonObjectPlace, member: JsonMember): readonly Edit[] {
  const before = object.members[object.members.indexOf(member) - 1];
  const isLast = object.members.at(-1) === member;
  if (isLast && before === undefined) return [{ start: object.start, end: object.end, text: '{}' }];
  const comma = commaAfter(text, member.value.end);
  const from = beginsLine(text, member.start) ? lineStart(text, member.start) : member.start;
  const behind = comma === undefined ? member.value.end : comma + 1;
  const restOfLine = /^[^\S\n]*(?:\n|$)/.exec(text.slice(behind))?.[0].length;
  const whole = restOfLine !== undefined && from < member.start + 1 && beginsLine(text, member.start);
  const own: Edit = { start: from, end: whole ? behind + restOfLine : behind, text: '' };
  const orphan = isLast && comma === undefined && before !== undefined ? commaAfter(text, before.value.end) : undefined;
  return orphan === undefined ? [own] : [{ start: orphan, end: orphan + 1, text: '' }, own];
}

function apply(text: string, edits: readonly Edit[]): string {
  let result = text;
  // From the end, so that places before stay right; of two at the same place the first one's text comes first.
  for (const { start, end, text: fresh } of edits.toReversed().toSorted((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + fresh + result.slice(end);
  }
  return result;
}

/** In the file's own style: in one line where the file has only one. */
function written(text: string, value: unknown, indent: string): string {
  if (!text.trim().includes('\n') && text.trim() !== '{}') return JSON.stringify(value);
  return JSON.stringify(value, null, unitOf(text)).replaceAll('\n', lineBreakOf(text) + indent);
}

function commaAfter(text: string, end: number): number | undefined {
  const at = skipTrivia(text, end);
  return text[at] === ',' ? at : undefined;
}

/** Where a remark on the same line ends, else `at`. */
function endOfRemark(text: string, at: number): number {
  const remark = /^[^\S\n]*(?:\/\/[^\r\n]*|\/\*[^\n]*?\*\/)/.exec(text.slice(at));
  return at + (remark?.[0].length ?? 0);
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function beginsLine(text: string, at: number): boolean {
  return lineStart(text, at) > 0 && text.slice(lineStart(text, at), at).trim() === '';
}

function indentAt(text: string, at: number): string {
  return /^[^\S\n]*/.exec(text.slice(lineStart(text, at), at))?.[0] ?? '';
}

function unitOf(text: string): string {
  return /\n([^\S\r\n]+)"/.exec(text)?.[1] ?? '  ';
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
