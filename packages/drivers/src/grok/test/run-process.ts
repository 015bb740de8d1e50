// Test support: one run of a driver with a real process, as the engine drives it: spawn, lines in, writes out, exit.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Driver, DriverInput, DriverOutput, Item, LaunchPlan, RunId, TurnEnd, TurnId } from '@parley/schema';

export interface RunOptions {
  readonly text: string;
  readonly threadId?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly runId?: string;
  /** Called with every output; what it gives back is the next input (an interrupt at the right moment). */
  readonly react?: (output: DriverOutput) => DriverInput | undefined;
}

export interface RunResult {
  readonly outputs: readonly DriverOutput[];
  /** For `protocol.step`: what the driver was given. */
  readonly inputs: readonly DriverInput[];
  readonly items: readonly Item[];
  readonly end: TurnEnd | undefined;
  readonly threadId: string | undefined;
}

export const turnId = 'trn_1' as TurnId;

export async function runProcess(
  driver: Driver,
  plan: LaunchPlan,
  cwd: string,
  options: RunOptions,
): Promise<RunResult> {
  const [program, ...args] = plan.argv;
  const set = Object.entries({ PATH: process.env['PATH'], ...plan.env, ...options.env });
  const env = Object.fromEntries(set.filter((each): each is [string, string] => typeof each[1] === 'string'));
  const child = spawn(program, args, { cwd: plan.cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  child.stdin.on('error', () => {}); // It may be gone before it has read all.
  let stderrTail = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderrTail += text));

  const outputs: DriverOutput[] = [];
  const inputs: DriverInput[] = [];
  let state: unknown = driver.protocol.begin({
    runId: (options.runId ?? 'run_1') as RunId,
    cwd,
    policy: 'full',
    endpoint: 'own',
    ...(options.threadId === undefined ? {} : { threadId: options.threadId }),
  });
  const give = (input: DriverInput): void => {
    inputs.push(input);
    const next = driver.protocol.step(state, input);
    state = next.state;
    for (const output of next.outputs) {
      outputs.push(output);
      if (output.type === 'write') child.stdin.write(`${output.line}\n`);
      if (output.type === 'close-stdin') child.stdin.end();
      // The whole group: an agent's children too.
      if (output.type === 'end-run' && child.pid !== undefined && child.exitCode === null)
        process.kill(-child.pid, 'SIGTERM');
      const answer = options.react?.(output);
      if (answer !== undefined) give(answer);
    }
  };
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  give({ type: 'opened' });
  give({ type: 'start', turnId, text: options.text });
  for await (const line of createInterface({ input: child.stdout })) give({ type: 'line', line });
  give({ type: 'exited', ...(await exited), stderrTail });
  return {
    outputs,
    inputs,
    items: outputs.flatMap((output) => (output.type === 'item-completed' ? [output.item] : [])),
    end: outputs.find((output) => output.type === 'turn-ended')?.end,
    threadId: outputs.findLast((output) => output.type === 'thread')?.threadId,
  };
}
