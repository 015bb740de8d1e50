// Agents outlive the process that started them, which is right for a Parley with a state directory and wrong for one without: nobody
// would ever take them up again. The leash is a shell that waits for this process to go, however it goes, and then ends what is left.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { serviceCommand } from './service-command.ts';

const script = 'read -r word; [ "$word" = done ] && exit 0; exec "$@" >/dev/null 2>&1';

export class Leash {
  readonly #shell: ChildProcess;
  readonly #gone: Promise<unknown>;

  private constructor(shell: ChildProcess) {
    this.#shell = shell;
    // It may be gone before it is untied: somebody ended it.
    this.#gone = once(shell, 'exit').catch(() => undefined);
    shell.stdin?.on('error', () => undefined);
  }

  static async tie(stateDir: string, env: NodeJS.ProcessEnv): Promise<Leash> {
    const argv = ['-c', script, 'parley-leash', ...serviceCommand(), 'end-orphans', stateDir];
    // A session of its own (`detached`): Ctrl-C in a terminal reaches the whole group, and the leash has to see it through. Its folder is
    // the root: it is not to keep another one busy.
    const shell = spawn('/bin/sh', argv, { cwd: '/', detached: true, env, stdio: ['pipe', 'ignore', 'ignore'] });
    const leash = new Leash(shell);
    await once(shell, 'spawn');
    shell.unref();
    // Its pipe must not keep this process alive either.
    (shell.stdin as unknown as { unref?: () => void }).unref?.();
    return leash;
  }

  /** All is in order: nothing is left to end. */
  async untie(): Promise<void> {
    this.#shell.ref();
    this.#shell.stdin?.end('done\n');
    await this.#gone;
  }
}
