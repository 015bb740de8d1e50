// First starts of agents whose first processes in a home would get in each other's way: done once, alone, before the others.

import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ParleyError } from '@parley/schema';
import type { LaunchPlan } from '@parley/schema';

const execute = promisify(execFile);
/** Milliseconds. */
const patience = 20_000;

export class FirstStarts {
  readonly #underWay = new Map<string, Promise<void>>();

  /** Resolves when the agent can be started. `env`: the whole environment of its process. Throws `agent_start_failed`. */
  async wait({ firstStart, cwd }: LaunchPlan, env: Readonly<Record<string, string>>): Promise<void> {
    if (firstStart === undefined) return;
    const data = env['XDG_DATA_HOME'] || join(env['HOME'] || homedir(), '.local', 'share');
    const sign = join(data, firstStart.unless);
    const running = this.#underWay.get(sign);
    if (running !== undefined) return running;
    if (await isThere(sign)) return;
    // Asked again: another session may have begun while we looked.
    const work =
      this.#underWay.get(sign) ?? this.#run(firstStart.argv, cwd, env).finally(() => this.#underWay.delete(sign));
    this.#underWay.set(sign, work);
    return work;
  }

  async #run([program, ...args]: readonly [string, ...string[]], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
    const child = execute(program, args, { cwd, env, timeout: patience, killSignal: 'SIGKILL' });
    child.child.stdin?.end();
    await child.catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      throw new ParleyError('agent_start_failed', `Its first start in this home failed: ${text}`);
    });
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
