// What one event means for somebody who watches: no line, or a few short ones. Pure, apart from remembering which items it has shown.

import type { CommandItem, FileChange, InputReceipt, Item, ItemId, ParleyEvent } from '@parley/schema';
import { showDuration } from '../duration.ts';
import { plainLine, plainText } from '../terminal/plain-text.ts';
import type { Tone } from '../terminal/style.ts';

export interface ProgressLine {
  readonly tone: Tone;
  readonly text: string;
}

/** Characters of a line. Longer commands and titles are cut. */
const lineWidth = 160;

/** Lines of a failed command's output that are shown: its end. */
const outputLines = 5;

export class Progress {
  readonly #shown = new Set<ItemId>();
  #plan = '';
  #startedAt: number | undefined;

  /** The lines of an event, in order. Assistant messages have none: they are not progress. */
  lines(event: ParleyEvent): readonly ProgressLine[] {
    switch (event.type) {
      case 'turn.started':
        this.#startedAt = event.at;
        return [];
      case 'item.started':
        return this.#begun(event.item);
      case 'item.completed':
        return this.#completed(event.item);
      case 'approval.requested':
        return [
          line(
            'question',
            `? ${event.approval.title}${event.approval.reason === undefined ? '' : ` (${event.approval.reason})`}`,
          ),
        ];
      case 'approval.resolved': {
        const { outcome, by } = event.resolution;
        return [line(outcome === 'allowed' ? 'dim' : 'warning', `  ${outcome} by ${byWhom[by]}`)];
      }
      case 'notice':
        // Raw events that Parley does not know are kept for those who look for them; nobody can act on them here.
        return event.code === 'unknown_event'
          ? []
          : [line(noticeTones[event.level], `${event.level === 'info' ? 'note:' : '!'} ${event.text}`)];
      case 'turn.completed':
        return [line('dim', `done${this.#took(event.at)}${tokens(event)}`)];
      case 'turn.interrupted':
        return [line('warning', `interrupted${this.#took(event.at)}`)];
      case 'input.settled':
        return receiptLines(event.receipt);
      case 'turn.queued':
      case 'turn.failed':
      case 'turn.lost':
      case 'item.delta':
      case 'session.created':
      case 'session.updated':
      case 'usage.updated':
      case 'queue.changed':
        return [];
    }
  }

  #begun(item: Item): readonly ProgressLine[] {
    const text = headline(item);
    if (text === undefined || this.#shown.has(item.id)) return [];
    this.#shown.add(item.id);
    return [line('plain', text)];
  }

  #completed(item: Item): readonly ProgressLine[] {
    switch (item.type) {
      case 'assistant_message':
      case 'reasoning':
        return [];
      case 'user_message':
        return item.steer === undefined || item.steer.delivery !== 'returned' ? this.#begun(item) : [];
      case 'plan': {
        const text = planLine(item.steps);
        if (text === this.#plan) return [];
        this.#plan = text;
        return [line('plain', text)];
      }
      case 'file_change':
        return [...item.changes.map(changeLine), ...statusLines(item.status)];
      case 'tool_call':
        return [...this.#begun(item), ...statusLines(item.status)];
      case 'command':
        return [...this.#begun(item), ...commandEnd(item)];
    }
  }

  #took(at: number): string {
    return this.#startedAt === undefined ? '' : ` in ${showDuration(at - this.#startedAt)}`;
  }
}

/** What is queued shows as a turn of its own when it runs. */
function receiptLines({ outcome, reason }: InputReceipt): readonly ProgressLine[] {
  switch (outcome) {
    case 'injected':
      return [line('dim', '  taken into the running turn')];
    case 'new-turn':
      return [line('dim', '  not taken into that turn: it runs as one of its own')];
    case 'returned':
      return [line('warning', `! given back: ${reason ?? 'the agent did not take it'}`)];
    case 'queued':
      return [];
  }
}

const byWhom = {
  person: 'a person',
  policy: 'the policy',
  deadline: 'the deadline',
  agent: 'the agent',
  engine: 'Parley',
} as const;
const noticeTones = { info: 'dim', warning: 'warning', error: 'bad' } as const;

/** One line of plain text, whatever was in it. */
export function line(tone: Tone, text: string): ProgressLine {
  const indent = /^ */.exec(text)?.[0] ?? '';
  return { tone, text: indent + plainLine(text, lineWidth - indent.length) };
}

/** How an item looks when it begins; nothing for those that are told when they end. */
function headline(item: Item): string | undefined {
  switch (item.type) {
    case 'command':
      return `$ ${item.command}`;
    case 'tool_call': {
      const name = item.server === undefined ? item.name : `${item.server}/${item.name}`;
      return `· ${item.title === undefined ? name : `${name}: ${item.title}`}`;
    }
    case 'user_message':
      return `> ${item.text}`;
    case 'assistant_message':
    case 'reasoning':
    case 'file_change':
    case 'plan':
      return undefined;
  }
}

function commandEnd(item: CommandItem): readonly ProgressLine[] {
  const failed = item.status === 'failed' || (item.exitCode !== undefined && item.exitCode !== 0);
  if (!failed) return statusLines(item.status);
  const output = plainText(item.output ?? '')
    .trimEnd()
    .split('\n')
    .slice(-outputLines);
  return [
    ...output.filter((text) => text !== '').map((text) => line('dim', `    ${text}`)),
    line('bad', item.exitCode === undefined ? '  failed' : `  exit ${item.exitCode}`),
  ];
}

function statusLines(status: CommandItem['status']): readonly ProgressLine[] {
  switch (status) {
    case 'running':
    case 'completed':
      return [];
    case 'failed':
      return [line('bad', '  failed')];
    case 'declined':
    case 'interrupted':
      return [line('warning', `  ${status}`)];
  }
}

function changeLine({ kind, path, movedTo, added, removed }: FileChange): ProgressLine {
  const marks = { add: '+', update: '~', delete: '-', move: '>' } as const;
  const counts = [added === undefined ? '' : `+${added}`, removed === undefined ? '' : `-${removed}`]
    .filter(Boolean)
    .join(' ');
  return line(
    'plain',
    `${marks[kind]} ${path}${movedTo === undefined ? '' : ` → ${movedTo}`}${counts === '' ? '' : ` (${counts})`}`,
  );
}

function planLine(steps: readonly { readonly text: string; readonly status: string }[]): string {
  const done = steps.filter(({ status }) => status === 'completed').length;
  const current = steps.find(({ status }) => status === 'in_progress');
  return `plan ${done}/${steps.length}${current === undefined ? '' : `: ${current.text}`}`;
}

function tokens({ usage = {} }: Extract<ParleyEvent, { type: 'turn.completed' }>): string {
  const buckets = [usage.inputUncached, usage.cacheRead, usage.cacheWrite5m, usage.cacheWrite1h];
  const known = buckets.filter((bucket) => bucket !== undefined);
  const parts = [
    known.length === 0 ? '' : `${short(known.reduce((sum, each) => sum + each, 0))} tokens in`,
    usage.output === undefined ? '' : `${short(usage.output)} out`,
    usage.costUsd === undefined ? '' : `$${usage.costUsd.toFixed(4)}`,
  ].filter(Boolean);
  return parts.length === 0 ? '' : ` · ${parts.join(', ')}`;
}

function short(count: number): string {
  return count < 10_000 ? `${count}` : `${Math.round(count / 1000)}k`;
}
