// An agent that says what the test says, when the test says it: a shell that answers Codex's handshake and then is `cat` of a pipe. It lives as
// long as the test holds the other end, whatever becomes of daemons meanwhile. Each start leaves a line in `starts` in its home.

import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** `codex app-server` as far as Parley's driver speaks to it. The words of the turn are the path of the pipe. */
export const pacedAgent = `#!/bin/sh
if [ "$1" = --version ]; then echo 'codex-cli 9.9.9'; exit; fi
echo started >> "$HOME/starts"
read -r line; echo '{"id":1,"result":{"userAgent":"parley/9.9.9 (test)"}}'
read -r line; read -r line; echo '{"id":2,"result":{"thread":{"id":"thread-1"},"model":"m","cwd":"/"}}'
read -r line; pipe=\${line#*'"text":"'}; exec cat "\${pipe%%'"'*}"
`;

/** So that nobody looks for a model server. */
export const pacedConfig = '[agents.codex]\nmodel_url = "http://127.0.0.1:9/v1"\n';

type Item = Readonly<Record<string, unknown>>;

/** The test's end of the pipe. */
export class PacedAgent {
  /** The words of the turn. */
  readonly pipe: string;
  readonly #at: () => number;
  #handle: FileHandle | undefined;

  /** `at`: milliseconds since the epoch. */
  constructor(folder: string, name: string, at: () => number = Date.now) {
    this.pipe = join(folder, name);
    this.#at = at;
    execFileSync('mkfifo', [this.pipe]);
  }

  /** Resolves when the agent has its words and its turn is begun. */
  async begin(): Promise<void> {
    this.#handle = await open(this.pipe, 'w');
    const turn = { id: 'turn-1', items: [], status: 'inProgress', startedAt: this.#at() };
    await this.#say({ id: 3, result: { turn } });
    await this.#say({ method: 'turn/started', params: { threadId: 'thread-1', turn } });
  }

  /** Resolves when the words are in the pipe, from where they reach Parley's files without any daemon. */
  async item(state: 'started' | 'completed', item: Item): Promise<void> {
    await this.#tell(`item/${state}`, { item });
  }

  async delta(itemId: string, delta: string): Promise<void> {
    await this.#tell('item/agentMessage/delta', { itemId, delta });
  }

  /** Ends the turn; the process stays as Codex's would. */
  async complete(): Promise<void> {
    const turn = { id: 'turn-1', items: [], status: 'completed' };
    await this.#say({ method: 'turn/completed', params: { threadId: 'thread-1', turn } });
  }

  /** Ends the process; one that never came is no longer waited for. */
  async close(): Promise<void> {
    if (this.#handle === undefined) {
      const other = await open(this.pipe, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
      await other?.close();
    }
    await this.#handle?.close();
    this.#handle = undefined;
  }

  #tell(method: string, params: Item): Promise<void> {
    return this.#say({ method, params: { threadId: 'thread-1', turnId: 'turn-1', ...params } });
  }

  async #say(message: object): Promise<void> {
    await this.#handle?.write(`${JSON.stringify(message)}\n`);
  }
}
