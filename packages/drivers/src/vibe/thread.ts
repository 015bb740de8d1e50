// The name under which Parley keeps a conversation of Vibe: the session's id and how many messages it holds.
//
// Vibe prints the whole history of a resumed conversation before the new words (2.18.4), with nothing that marks where the old ones end.
// The new words may also have been said before ("go on"), so their text does not tell either; the number of old messages does. It
// travels in the thread id, because a driver remembers nothing from one run to the next. Vibe itself looks only at the first 8
// characters of an id, so `vibe --resume` takes this one as well.

export interface VibeThread {
  readonly sessionId: string;
  /** Messages without the system prompt; undefined for an id that Parley did not write. */
  readonly messages: number | undefined;
}

export function threadIdOf(sessionId: string, messages: number): string {
  return `${sessionId}.${messages}`;
}

export function readThreadId(threadId: string): VibeThread {
  const parts = /^(.+)\.(\d{1,9})$/.exec(threadId);
  return parts?.[1] === undefined
    ? { sessionId: threadId, messages: undefined }
    : { sessionId: parts[1], messages: Number(parts[2]) };
}
