// What happens in a turn, in short lines and in the agent's own words, for progress notifications.

import type { Item, ItemId, ParleyEvent } from '@parley/schema';

/** Characters of a line. Longer commands and titles are cut. */
const lineWidth = 200;

/** Pure, apart from remembering which items are messages and which of them came in pieces. */
export class News {
  readonly #messages = new Set<ItemId>();
  readonly #streamed = new Set<ItemId>();
  /** The last words came without an end of line: what comes next as a line begins with one. */
  #midLine = false;

  /** One text for a batch of events of the turn; undefined when there is nothing to tell. */
  of(events: readonly ParleyEvent[]): string | undefined {
    let text = '';
    for (const event of events) {
      const { words = '', line } = this.#piece(event);
      if (words !== '') {
        text += words;
        this.#midLine = !words.endsWith('\n');
      }
      if (line !== undefined) {
        text += `${this.#midLine ? '\n' : ''}${cut(line)}\n`;
        this.#midLine = false;
      }
    }
    return text === '' ? undefined : text;
  }

  #piece(event: ParleyEvent): { readonly words?: string; readonly line?: string } {
    switch (event.type) {
      case 'item.started':
        if (event.item.type === 'assistant_message') this.#messages.add(event.item.id);
        return lineOf(begun(event.item));
      case 'item.delta':
        if (!this.#messages.has(event.itemId)) return {};
        this.#streamed.add(event.itemId);
        return { words: event.text };
      case 'item.completed':
        if (event.item.type === 'assistant_message') {
          return this.#streamed.has(event.item.id) ? {} : { words: event.item.text };
        }
        return lineOf(done(event.item));
      case 'approval.requested':
        return { line: `asks: ${event.approval.title}` };
      case 'approval.resolved':
        return { line: `${event.resolution.outcome} by ${event.resolution.by}` };
      case 'notice':
        return event.level === 'info' ? {} : { line: `${event.level}: ${event.text}` };
      default:
        return {};
    }
  }
}

function lineOf(line: string | undefined): { readonly line?: string } {
  return line === undefined ? {} : { line };
}

function begun(item: Item): string | undefined {
  switch (item.type) {
    case 'command':
      return `$ ${item.command}`;
    case 'tool_call':
      return `tool: ${item.title ?? item.name}`;
    case 'user_message':
    case 'assistant_message':
    case 'reasoning':
    case 'file_change':
    case 'plan':
      return undefined;
  }
}

function done(item: Item): string | undefined {
  switch (item.type) {
    case 'command':
      return item.status === 'completed' ? undefined : `${item.status}: ${item.command}`;
    case 'tool_call':
      return item.status === 'completed' ? undefined : `${item.status}: ${item.title ?? item.name}`;
    case 'file_change':
      return item.changes.map(({ kind, path }) => `${kind} ${path}`).join(', ');
    case 'plan':
      return `plan: ${item.steps.map(({ text, status }) => (status === 'completed' ? `(${text})` : text)).join(' → ')}`;
    case 'user_message':
    case 'assistant_message':
    case 'reasoning':
      return undefined;
  }
}

function cut(line: string): string {
  const [first = ''] = line.split('\n');
  return first.length > lineWidth ? `${first.slice(0, lineWidth)}…` : first;
}
