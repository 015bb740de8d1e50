// Reads the chats that an agent keeps, for the models that it was seen to use. A chat that has not changed is not read twice.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { modelsInChat } from '@parley/models';
import type { ChatFile, ChatPlace } from '@parley/models';

interface Chat {
  readonly path: string;
  readonly at: number;
  readonly bytes: number;
}

export class ChatReader {
  /** By path: of the last look only. */
  #known = new Map<string, ChatFile & { readonly bytes: number }>();

  /** The newest first. What is not there, or cannot be read, is nothing. */
  async read({ root, maxFiles, maxFileBytes }: ChatPlace): Promise<readonly ChatFile[]> {
    const found = (await Promise.all((await chatsIn(root)).map(facts))).flat();
    const newest = found
      .filter(({ bytes }) => bytes <= maxFileBytes)
      .toSorted((a, b) => b.at - a.at)
      .slice(0, maxFiles);
    const known = new Map<string, ChatFile & { readonly bytes: number }>();
    // One after the other: they are many, and nobody waits for them but this.
    for (const chat of newest) {
      const before = this.#known.get(chat.path);
      if (before?.at === chat.at && before.bytes === chat.bytes) known.set(chat.path, before);
      else {
        const text = await readFile(chat.path, 'utf8').catch(() => '');
        known.set(chat.path, { ...chat, models: modelsInChat(text) });
      }
    }
    this.#known = known;
    return [...known.values()];
  }
}

async function chatsIn(root: string): Promise<readonly string[]> {
  const projects = await readdir(root, { withFileTypes: true }).catch(() => []);
  const folders = projects.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name, 'chats'));
  const chats = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder, { withFileTypes: true }).catch(() => []))
        .filter((entry) => entry.isFile() && /\.jsonl?$/.test(entry.name))
        .map(({ name }) => join(folder, name)),
    ),
  );
  return chats.flat();
}

async function facts(path: string): Promise<readonly Chat[]> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? [] : [{ path, at: found.mtimeMs, bytes: found.size }];
}
