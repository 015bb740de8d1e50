// 200 agents that cost next to nothing: a shell that answers Codex's handshake and then becomes `cat` of a pipe of its own, which the benchmark
// writes at the pace of a model.

import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** `codex app-server` as far as Parley's driver speaks to it. The words of the turn are the path of the pipe. */
export const agentScript = `#!/bin/sh
if [ "$1" = --version ]; then echo 9.9.9; exit 0; fi
read -r line; echo '{"id":1,"result":{"userAgent":"parley/9.9.9 (bench)"}}'
read -r line; read -r line; echo '{"id":2,"result":{"thread":{"id":"thread"},"model":"m","cwd":"/"}}'
read -r line; path=\${line#*'"text":"'}; exec cat "\${path%%'"'*}"
`;

/** The writing end of one agent's pipe. */
export class PacedAgent {
  readonly pipe: string;
  #handle: FileHandle | undefined;

  constructor(folder: string, name: string) {
    this.pipe = join(folder, name);
    execFileSync('mkfifo', [this.pipe]);
  }

  /** Resolves when the agent has opened its end, with its turn begun. */
  async begin(): Promise<void> {
    this.#handle = await open(this.pipe, 'w');
    const turn = { id: 'turn', items: [], status: 'inProgress' };
    this.#say({ id: 3, result: { turn } });
    this.#say({ method: 'turn/started', params: { threadId: 'thread', turn } });
    const item = { type: 'agentMessage', id: 'item', text: '' };
    this.#say({ method: 'item/started', params: { threadId: 'thread', turnId: 'turn', item } });
  }

  /** A few words of the answer, and when they were said. */
  speak(): void {
    const delta = `@${process.hrtime.bigint()} some more words of the answer `;
    this.#say({
      method: 'item/agentMessage/delta',
      params: { threadId: 'thread', turnId: 'turn', itemId: 'item', delta },
    });
  }

  async end(): Promise<void> {
    await this.#handle?.close();
  }

  #say(message: object): void {
    if (this.#handle !== undefined) writeSync(this.#handle.fd, `${JSON.stringify(message)}\n`);
  }
}
