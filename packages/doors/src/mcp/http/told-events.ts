// What a session was told in its streams, kept for a while: a client whose stream breaks comes back with the id of the last event that it has, and
// gets what it missed (revision 2025-11-25; older clients are not told how).

import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

/** Characters of JSON of one session; the answer of a request has at most about 400,000, unless it asks for more. */
const usualMax = 1024 * 1024;

interface Told {
  readonly stream: string;
  readonly number: number;
  readonly message: JSONRPCMessage;
  readonly length: number;
}

export class ToldEvents implements EventStore {
  readonly #max: number;
  readonly #told: Told[] = [];
  #number = 0;
  #length = 0;

  constructor(max = usualMax) {
    this.#max = max;
  }

  storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const number = ++this.#number;
    // The first event of a stream carries nothing but its id.
    if ('jsonrpc' in message) {
      const { length } = JSON.stringify(message);
      this.#told.push({ stream, number, message, length });
      this.#length += length;
      while (this.#length > this.#max) this.#length -= this.#told.shift()?.length ?? this.#length;
    }
    return Promise.resolve(`${stream}/${number}`);
  }

  getStreamIdForEventId(id: string): Promise<string | undefined> {
    return Promise.resolve(placeOf(id)?.stream);
  }

  async replayEventsAfter(
    id: string,
    { send }: { readonly send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const { stream, number } = placeOf(id) ?? { stream: '', number: 0 };
    const missed = this.#told.filter((event) => event.stream === stream && event.number > number);
    for (const event of missed) await send(`${stream}/${event.number}`, event.message);
    return stream;
  }
}

function placeOf(id: string): { readonly stream: string; readonly number: number } | undefined {
  const [, stream, number] = /^(.+)\/(\d{1,15})$/.exec(id) ?? [];
  return stream === undefined ? undefined : { stream, number: Number(number) };
}
