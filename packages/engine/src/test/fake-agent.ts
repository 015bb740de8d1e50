// A scripted agent for tests: a process in memory that outlives engines, and the driver that speaks its little protocol. What it does
// next is the test's choice.

import { approvalIdOf, errorBody, itemIdOf } from '@parley/schema';
import type {
  Driver,
  DriverOutput,
  DriverProtocol,
  ErrorCode,
  Run,
  RunBatch,
  RunExit,
  RunId,
  RunRecord,
  RunRequest,
  Runtime,
  TurnId,
} from '@parley/schema';

type Heard =
  | { readonly does: 'start' | 'interrupt'; readonly turnId: TurnId; readonly text?: string }
  | { readonly does: 'steer'; readonly turnId: TurnId; readonly into: TurnId; readonly text: string }
  | { readonly does: 'answer'; readonly option: string };

type Said =
  | { readonly says: 'started' | 'consumed' | 'returned'; readonly turnId: TurnId }
  | { readonly says: 'text'; readonly turnId: TurnId; readonly text: string }
  | { readonly says: 'ran'; readonly turnId: TurnId }
  | { readonly says: 'edited'; readonly turnId: TurnId; readonly path: string }
  | { readonly says: 'ask'; readonly turnId: TurnId; readonly n: number }
  | { readonly says: 'ended'; readonly turnId: TurnId; readonly how: 'completed' | 'interrupted' | 'failed' }
  | { readonly says: 'failed'; readonly turnId: TurnId; readonly code: ErrorCode; readonly message: string };

/** The process. Its mind is the test's. */
export class FakeProcess {
  readonly record: RunRecord;
  readonly exit = Promise.withResolvers<RunExit>();
  ended = false;
  /** It does not go when it is told to. */
  endures = false;
  /** What it got on stdin and has not looked at yet. */
  inbox: Heard[] = [];
  current: TurnId | undefined;
  pending: { readonly turnId: TurnId; readonly text: string }[] = [];
  interrupted = false;
  asking = false;
  written = 0;
  asked = 0;
  readonly received: string[] = [];
  readonly #stdout: { readonly line: string; readonly end: number }[] = [];
  #changed = Promise.withResolvers<void>();
  #partial = '';

  constructor(runId: RunId) {
    this.record = { runId, pid: 1, startTime: '1', marker: runId, directory: `/${runId}` };
  }

  write(bytes: Uint8Array): void {
    this.written += bytes.length;
    const lines = (this.#partial + Buffer.from(bytes).toString()).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) this.inbox.push(JSON.parse(line) as Heard);
  }

  say(said: Said): void {
    const line = JSON.stringify(said);
    this.#stdout.push({ line, end: (this.#stdout.at(-1)?.end ?? 0) + line.length + 1 });
    this.#notify();
  }

  die(code: number): void {
    if (this.ended) return;
    this.ended = true;
    this.exit.resolve({ code, signal: null, source: 'recorded' });
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async *read(offset: number, until = Infinity): AsyncGenerator<RunBatch> {
    let from = offset;
    for (;;) {
      const fresh = this.#stdout.filter(({ end }) => end > from && end <= until);
      const last = fresh.at(-1);
      if (last !== undefined) {
        from = last.end;
        yield { lines: fresh.map(({ line }) => line), endOffset: last.end };
      } else if (this.ended || from >= until) {
        return;
      } else {
        await this.#changed.promise;
      }
    }
  }
}

/** One daemon's view of the processes; fenced with its store. */
export class FakeRuntime implements Runtime {
  readonly processes: Map<RunId, FakeProcess>;
  readonly #fenced: () => boolean;
  readonly #launching: () => Promise<void>;

  /** `launching`: what a start waits for. */
  constructor(processes: Map<RunId, FakeProcess>, fenced: () => boolean, launching: () => Promise<void>) {
    this.processes = processes;
    this.#fenced = fenced;
    this.#launching = launching;
  }

  async launch({ runId }: RunRequest): Promise<Run> {
    await this.#launching();
    const process = new FakeProcess(runId);
    this.processes.set(runId, process);
    return this.#view(process);
  }

  adopt(record: RunRecord): Promise<Run> {
    const process = this.processes.get(record.runId);
    return process === undefined ? Promise.reject(new Error('no such process')) : Promise.resolve(this.#view(process));
  }

  sweep(claimed: ReadonlySet<RunId>): Promise<number> {
    for (const [runId, process] of this.processes) if (!claimed.has(runId)) process.die(137);
    return Promise.resolve(0);
  }

  #view(process: FakeProcess): Run {
    const fenced = this.#fenced;
    return {
      record: process.record,
      get written() {
        return process.written;
      },
      write: (bytes) => {
        if (!fenced()) process.write(bytes);
      },
      closeInput: () => undefined,
      read: (offset, until) => process.read(offset, until),
      stderrTail: () => Promise.resolve('its last words'),
      exited: process.exit.promise,
      end: () => {
        if (!fenced() && !process.endures) process.die(143);
        return process.exit.promise;
      },
      discard: () => Promise.resolve(),
      detach: () => undefined,
    };
  }
}

interface FakeState {
  readonly runId: RunId;
  readonly items: number;
  readonly open: TurnId | undefined;
}

const protocol: DriverProtocol<FakeState> = {
  begin: ({ runId }) => ({ runId, items: 0, open: undefined }),
  step(state, input) {
    const write = (heard: Heard): DriverOutput => ({ type: 'write', line: JSON.stringify(heard) });
    switch (input.type) {
      case 'opened':
        return { state, outputs: [{ type: 'ready' }] };
      case 'start':
        return {
          state: { ...state, open: input.turnId },
          outputs: [write({ does: 'start', turnId: input.turnId, text: input.text })],
        };
      case 'steer':
        return { state, outputs: [write({ does: 'steer', turnId: input.turnId, into: input.into, text: input.text })] };
      case 'interrupt':
        return { state, outputs: [write({ does: 'interrupt', turnId: input.turnId })] };
      case 'answer':
        return { state, outputs: [write({ does: 'answer', option: input.option })] };
      case 'deadline':
        return { state, outputs: [] };
      case 'exited': {
        const end = {
          state: 'failed',
          error: errorBody('agent_crashed', `exit code ${input.code}: ${input.stderrTail}`),
        } as const;
        return { state, outputs: state.open === undefined ? [] : [{ type: 'turn-ended', turnId: state.open, end }] };
      }
      case 'line':
        return lineStep(state, JSON.parse(input.line) as Said);
    }
  },
};

function lineStep(state: FakeState, said: Said): { state: FakeState; outputs: readonly DriverOutput[] } {
  const { turnId } = said;
  switch (said.says) {
    case 'started':
      return { state: { ...state, open: turnId }, outputs: [{ type: 'turn-started', turnId }] };
    case 'consumed':
      return { state, outputs: [{ type: 'steer-consumed', turnId }] };
    case 'returned':
      return { state, outputs: [{ type: 'steer-returned', turnId }] };
    case 'text': {
      const id = itemIdOf(state.runId, state.items);
      const item = { id, type: 'assistant_message', text: '' } as const;
      return {
        state: { ...state, items: state.items + 1 },
        outputs: [
          { type: 'item-started', turnId, item },
          { type: 'item-delta', turnId, itemId: id, text: said.text },
          { type: 'item-completed', turnId, item },
        ],
      };
    }
    case 'ran': {
      const item = {
        id: itemIdOf(state.runId, state.items),
        type: 'command',
        status: 'completed',
        command: 'x',
      } as const;
      return { state: { ...state, items: state.items + 1 }, outputs: [{ type: 'item-completed', turnId, item }] };
    }
    case 'edited': {
      const changes = [{ path: said.path, kind: 'update' }] as const;
      const id = itemIdOf(state.runId, state.items);
      const item = { id, type: 'file_change', status: 'completed', changes } as const;
      return { state: { ...state, items: state.items + 1 }, outputs: [{ type: 'item-completed', turnId, item }] };
    }
    case 'ask':
      return {
        state,
        outputs: [
          {
            type: 'approval-requested',
            turnId,
            approval: {
              id: approvalIdOf(state.runId, said.n),
              kind: 'command',
              title: 'run it',
              options: [
                { id: 'yes', label: 'Yes', effect: 'allow' },
                { id: 'no', label: 'No', effect: 'deny' },
              ],
            },
          },
        ],
      };
    case 'failed': {
      const end = { state: 'failed', error: errorBody(said.code, said.message) } as const;
      return { state: { ...state, open: undefined }, outputs: [{ type: 'turn-ended', turnId, end }] };
    }
    case 'ended': {
      const end =
        said.how === 'failed'
          ? ({ state: 'failed', error: errorBody('agent_refused', 'it said no') } as const)
          : ({ state: said.how } as const);
      return { state: { ...state, open: undefined }, outputs: [{ type: 'turn-ended', turnId, end }] };
    }
  }
}

export const fakeDriver: Driver<FakeState> = {
  agent: 'fake',
  mode: 'lines',
  title: 'Fake',
  provenVersion: '1',
  npmPackage: 'fake',
  loginHint: 'none',
  keyEnv: 'FAKE_KEY',
  vendorUrl: 'http://127.0.0.1',
  wire: 'openai-responses',
  rehearsalModel: 'fake',
  capabilities: {
    steer: 'native',
    interrupt: true,
    resume: true,
    fork: false,
    approvals: true,
    questions: true,
    images: false,
    models: true,
    deltas: true,
    reasoning: false,
    usage: false,
    cost: false,
  },
  protocol,
  launch: () => ({ argv: ['fake'], env: {}, cwd: '/', limits: [] }),
  detect: () => Promise.resolve({ installed: true }),
};
