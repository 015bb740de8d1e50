// What the fake agents say: recorded turns of the real ones, made long. The drivers' fixtures give every line; a turn's middle is repeated
// with ids of its own each time, and its deltas are repeated inside of each item, because in life nearly every line is a delta.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../../scripts/lib/root.mjs';

/** How often the deltas of an item are told: some 240 deltas for 20 other lines. */
const repeatedDeltas = 50;

/** Stand where the fake agent puts what it was asked with: the number of the request, the id of the words. */
export const requestMark = '@REQUEST@';
export const wordsMark = '@WORDS@';

interface Recorded {
  readonly line: string;
  readonly message: Fields;
}

/** A line's fields that matter here; shapes of codex 0.169.0 and claude 2.1.329. */
interface Fields {
  readonly id?: number;
  readonly type?: string;
  readonly method?: string;
  readonly subtype?: string;
  readonly params?: {
    readonly delta?: string;
    readonly item?: { readonly id: string; readonly type: string; readonly text?: string; readonly summary?: string[] };
  };
  readonly result?: { readonly thread?: object; readonly turn?: { readonly id: string }; readonly userAgent?: string };
  readonly event?: { readonly type: string; readonly delta?: { readonly type: string } };
  readonly message?: { readonly content?: { readonly type: string; readonly id?: string }[] };
  readonly session_id?: string;
}

export interface Turns {
  /** Lines of all turns together. */
  readonly lines: number;
  /** Their files, in order; their names are the prompts that make the fake agent tell them. */
  readonly names: readonly string[];
}

export interface Amount {
  readonly lines: number;
  readonly turns: number;
}

/** Write the turns of one agent into `folder`, and what it says before the first. */
export function writeTraces(agent: 'codex' | 'claude', folder: string, { lines, turns }: Amount): Turns {
  mkdirSync(folder, { recursive: true });
  const { opening, turn } = agent === 'codex' ? codexTrace() : claudeTrace();
  for (const [name, said] of Object.entries(opening)) writeFileSync(join(folder, name), said);
  const names: string[] = [];
  let count = 0;
  for (let n = 1; n <= turns; n++) {
    const { text, lines: told } = turn(n, Math.round(lines / turns));
    const name = `turn-${n}`;
    writeFileSync(join(folder, name), text);
    names.push(name);
    count += told;
  }
  writeFileSync(join(folder, 'warm-up'), turn(0, 2000).text);
  return { lines: count, names };
}

interface Trace {
  /** By what the agent is asked: its file, with the lines that answer. */
  readonly opening: Readonly<Record<string, string>>;
  readonly turn: (n: number, lines: number) => { readonly text: string; readonly lines: number };
}

function codexTrace(): Trace {
  const all = recorded('codex', 'work');
  const at = (found: (message: Fields) => boolean, from = 0): number =>
    all.findIndex(({ message }, index) => index >= from && found(message));
  const begin = at((message) => message.method === 'turn/started');
  const end = at((message) => message.method === 'turn/completed', begin);
  const bodyBegin = at(({ params }) => params?.item?.type === 'reasoning', begin);
  const reply = all[at(({ result }) => result?.turn !== undefined)];
  const turnId = reply?.message.result?.turn?.id ?? '';
  const body = all.slice(bodyBegin, end);
  const ids = body.flatMap(({ message }) =>
    message.method === 'item/started' ? [message.params?.item?.id ?? ''] : [],
  );
  const answer = (found: (message: Fields) => boolean): string => asReply(all[at(found)]);
  return {
    opening: {
      initialize: answer(({ result }) => result?.userAgent !== undefined),
      thread_start: answer(({ result }) => result?.thread !== undefined),
    },
    turn: (n, lines) =>
      longTurn(
        {
          head: [asReply(reply).trimEnd(), ...all.slice(begin, bodyBegin).map(({ line }) => line)],
          body: (round) => {
            const told = body.flatMap(({ line, message }, index) => {
              if (isDelta(message)) {
                // All deltas of an item, told again and again, where the last of them stood.
                if (isDelta(body[index + 1]?.message)) return [];
                const first = body.findLastIndex(({ message: before }, place) => place < index && !isDelta(before)) + 1;
                const deltas = body.slice(first, index + 1).map((each) => each.line);
                return Array.from({ length: repeatedDeltas }, () => deltas).flat();
              }
              return [message.method === 'item/completed' ? codexWhole(line, message) : line];
            });
            return told.map((line) => ids.reduce((text, id) => text.replaceAll(`"${id}"`, `"${id}_${round}"`), line));
          },
          tail: all.slice(end, end + 1).map(({ line }) => line),
          lines,
        },
        (text) => text.replaceAll(turnId, `${turnId.slice(0, -4)}${String(n).padStart(4, '0')}`),
      ),
  };
}

/** A completed item carries the whole text: as often as its deltas were told. */
function codexWhole(line: string, { params }: Fields): string {
  const { type, text, summary } = params?.item ?? {};
  if (type === 'agentMessage' && text !== undefined) return repeatIn(line, text);
  return type === 'reasoning' && summary?.[0] !== undefined ? repeatIn(line, summary[0]) : line;
}

function claudeTrace(): Trace {
  const all = recorded('claude', 'answer');
  const words = /"user_message_uuid(?:s)?":\[?"([^"]+)"/.exec(all.map(({ line }) => line).join('\n'))?.[1] ?? '';
  const place = (lines: readonly Recorded[], type: string, from = 0): number =>
    lines.findIndex(({ message }, index) => index >= from && (message.event?.type ?? message.type) === type);
  const bodyBegin = place(all, 'message_start');
  const bodyEnd = place(all, 'message_stop', bodyBegin) + 1;
  const head = all.slice(place(all, 'command_lifecycle'), bodyBegin);
  const answer = all.slice(bodyBegin, bodyEnd);
  const [own] = head.flatMap(({ message }) => message.session_id ?? []);

  // One call of a tool, from a conversation where there are some, as part of this conversation.
  const files = recorded('claude', 'files');
  const toolBegin = place(files, 'message_start');
  const tool = files.slice(toolBegin, place(files, 'message_start', toolBegin + 1));
  const [other] = tool.flatMap(({ message }) => message.session_id ?? []);
  const toolIds = tool.flatMap(({ message }) => message.message?.content?.flatMap(({ id }) => id ?? []) ?? []);
  const toolLines = tool.map(({ line }) => line.replaceAll(other ?? '-', own ?? '-'));

  return {
    opening: {
      initialize: (all[place(all, 'control_response')]?.line ?? '').replaceAll('parley-1', requestMark) + '\n',
    },
    turn: (_n, lines) =>
      longTurn(
        {
          head: head.map(({ line }) => line),
          body: (round) => [
            ...toolLines.map((line) => toolIds.reduce((text, id) => text.replaceAll(id, `${id}_${round}`), line)),
            ...answer.flatMap(({ line, message }, index) => {
              if (isDelta(message)) {
                if (isDelta(answer[index + 1]?.message)) return [];
                const first = answer.findLastIndex(({ message: before }, at) => at < index && !isDelta(before)) + 1;
                const deltas = answer.slice(first, index + 1).map((each) => each.line);
                return Array.from({ length: repeatedDeltas }, () => deltas).flat();
              }
              return [message.type === 'assistant' ? claudeWhole(line) : line];
            }),
          ],
          tail: all.slice(bodyEnd, bodyEnd + 1).map(({ line }) => line),
          lines,
        },
        (text) => text.replaceAll(words, wordsMark),
      ),
  };
}

function claudeWhole(line: string): string {
  const text = /"(?:text|thinking)":"([^"]+)"/.exec(line)?.[1];
  return text === undefined ? line : repeatIn(line, text);
}

function isDelta(message: Fields | undefined): boolean {
  const claudes = message?.event?.delta?.type;
  return message?.params?.delta !== undefined || claudes === 'text_delta' || claudes === 'thinking_delta';
}

function longTurn(
  parts: {
    readonly head: readonly string[];
    readonly body: (round: number) => readonly string[];
    readonly tail: readonly string[];
    readonly lines: number;
  },
  finish: (text: string) => string,
): { readonly text: string; readonly lines: number } {
  const told = [...parts.head];
  for (let round = 1; told.length < parts.lines; round++) told.push(...parts.body(round));
  told.push(...parts.tail);
  return { text: finish(told.join('\n') + '\n'), lines: told.length };
}

function asReply(recorded: Recorded | undefined): string {
  return (recorded?.line ?? '').replace(/"id":\d+/, `"id":"${requestMark}"`) + '\n';
}

function repeatIn(line: string, text: string): string {
  const quoted = JSON.stringify(text).slice(1, -1);
  return line.replaceAll(`"${quoted}"`, `"${quoted.repeat(repeatedDeltas)}"`);
}

function recorded(agent: 'codex' | 'claude', name: string): readonly Recorded[] {
  const file = inRoot('packages', 'drivers', 'src', agent, 'fixtures', `${name}.inputs.jsonl`);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((entry) => entry.startsWith('{"type":"line"'))
    .map((entry) => (JSON.parse(entry) as { readonly line: string }).line)
    .map((line) => ({ line, message: JSON.parse(line) as Fields }));
}
