// Real processes: the stand-ins of the agents that cannot be installed here, behind the real runtime, made to fail from inside and killed from
// outside. Each turn has one end, the session goes on, and no process of the run is left.

import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { openCore } from '@parley/daemon/core';
import type { Core } from '@parley/daemon/core';
import { ConfigSchema, isTerminal } from '@parley/schema';
import type { ParleyEvent, SessionId, Turn, TurnId } from '@parley/schema';
import { inRoot } from '../../scripts/lib/root.mjs';
import type { Sabotage } from './saboteur.ts';

interface StandIn {
  readonly agent: string;
  readonly mode: string;
  readonly program: string;
}

const standIns: readonly StandIn[] = [
  { agent: 'grok', mode: 'headless', program: 'grok-headless.ts' },
  { agent: 'vibe', mode: 'print', program: 'vibe-print.ts' },
  { agent: 'kimi', mode: 'wire', program: 'kimi-legacy.ts' },
  { agent: 'kimi', mode: 'legacy-print', program: 'kimi-legacy.ts' },
];

/** What is done to a turn, and how it may end then. */
interface Fault {
  readonly name: string;
  readonly sabotage: Sabotage;
  readonly ends: readonly Turn['state'][];
  readonly code?: string;
  readonly outside?: 'agent' | 'wrapper' | 'group' | 'interrupt' | 'timeout';
}

const faults: readonly Fault[] = [
  { name: 'exits before its first word', sabotage: 'early-exit', ends: ['failed'] },
  { name: 'is killed before its first word', sabotage: 'early-signal', ends: ['failed'] },
  { name: 'exits with 0 after its first line', sabotage: 'half-then-0', ends: ['failed'] },
  { name: 'exits in the middle of a line', sabotage: 'half-line', ends: ['failed'] },
  { name: 'has a memory fault', sabotage: 'segfault', ends: ['failed'] },
  { name: 'prints garbage between its lines', sabotage: 'garbage', ends: ['completed', 'failed'] },
  { name: 'prints every line twice', sabotage: 'doubled', ends: ['completed', 'failed'] },
  { name: 'prints in small pieces', sabotage: 'split', ends: ['completed'] },
  { name: 'leaves a process behind', sabotage: 'leaves-a-process', ends: ['completed'] },
  { name: 'is killed by somebody', sabotage: 'stalls', outside: 'agent', ends: ['failed'] },
  { name: 'loses its wrapper', sabotage: 'stalls', outside: 'wrapper', ends: ['failed'] },
  { name: 'is killed with its whole group', sabotage: 'stalls', outside: 'group', ends: ['failed'] },
  { name: 'stalls until its time is over', sabotage: 'stalls', outside: 'timeout', ends: ['failed'], code: 'timeout' },
  { name: 'is stopped and does not want to go', sabotage: 'hangs-on', outside: 'interrupt', ends: ['interrupted'] },
  {
    name: 'stalls, does not want to go, and its time is over',
    sabotage: 'hangs-on',
    outside: 'timeout',
    ends: ['failed'],
    code: 'timeout',
  },
];

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

for (const standIn of standIns) {
  test(`${standIn.agent} ${standIn.mode}: however its processes end, each turn has one end and nothing is left`, async (t) => {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'parley-faults-')));
    const place = await Place.open(root, standIn);
    t.after(async () => {
      await place.core.close('end');
      const left = await place.processes();
      for (const { pid } of left) process.kill(pid, 'SIGKILL');
      await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      assert.deepEqual(left, [], 'nothing is left running');
    });
    for (const fault of faults) await t.test(`it ${fault.name}`, () => place.suffer(fault));
    assert.deepEqual(place.reports, []);
    assert.deepEqual(unhandled, []);
  });
}

class Place {
  readonly #root: string;
  readonly #standIn: StandIn;
  readonly core: Core;
  readonly reports: string[];

  constructor(root: string, standIn: StandIn, core: Core, reports: string[]) {
    this.#root = root;
    this.#standIn = standIn;
    this.core = core;
    this.reports = reports;
  }

  static async open(root: string, standIn: StandIn): Promise<Place> {
    for (const name of ['bin', 'home', 'work', 'agents']) await mkdir(join(root, name));
    const file = join(root, 'bin', standIn.agent);
    const saboteur = inRoot('e2e', 'faults', 'saboteur.ts');
    const program = inRoot('packages', 'rehearsal', 'src', 'stand-ins', standIn.program);
    const words = [process.execPath, '--conditions=source', saboteur, join(root, 'fault'), program];
    await writeFile(file, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(' ')} "$@"\n`);
    await chmod(file, 0o755);
    await writeFile(join(root, 'fault'), 'none');
    const reports: string[] = [];
    const core = await openCore({
      stateDir: join(root, 'state'),
      databaseFile: join(root, 'state', 'parley.db'),
      agentsDir: join(root, 'agents'),
      config: ConfigSchema.parse({
        policy: { full: [join(root, 'work')] },
        deadlines: { end_step: 0.2, interrupt: 0.5, idle: 60 },
      }),
      env: {
        PATH: [join(root, 'bin'), process.env['PATH']].join(delimiter),
        HOME: join(root, 'home'),
        TMPDIR: root,
        FAULT_ROOT: root,
        XAI_API_KEY: 'rehearsal',
        MISTRAL_API_KEY: 'rehearsal',
        KIMI_API_KEY: 'rehearsal',
      },
      command: [process.execPath, '--conditions=source', inRoot('apps', 'cli', 'src', 'main.ts')],
      report: (text, error) => void reports.push(`${text}: ${String(error)}`),
      fatal: (error) => void reports.push(`fatal: ${String(error)}`),
    });
    return new Place(root, standIn, core, reports);
  }

  /** A turn with the fault, one without, and the end of the session. */
  async suffer(fault: Fault): Promise<void> {
    const { engine } = this.core;
    const { agent, mode } = this.#standIn;
    const { id } = await engine.createSession({ agent, mode, cwd: join(this.#root, 'work'), policy: 'full' });
    await writeFile(join(this.#root, 'fault'), fault.sabotage);
    const timeoutMs = fault.outside === 'timeout' ? 1_500 : undefined;
    const first = await engine.submit(id, {
      text: 'run `true` then say "one"',
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    await this.#strike(id, first.turnId, fault.outside);
    const turn = await this.#ended(id, first.turnId);
    assert.ok(fault.ends.includes(turn.state), `${turn.state} ${JSON.stringify(turn.error)}`);
    if (fault.code !== undefined) assert.equal(turn.error?.code, fault.code);
    const second = await engine.submit(id, { text: 'say "two"' });
    const next = await this.#ended(id, second.turnId);
    // What a killed agent had not written down it does not know any more; it says so, and the turn after that is a new conversation.
    if (next.error?.code !== 'thread_missing') {
      assert.equal(next.state, 'completed', JSON.stringify(next.error));
      assert.match(next.answer ?? '', /two/);
    }
    const { events } = await engine.events(id, 0, 10_000);
    for (const { turnId } of [first, second]) {
      const own = events.filter((event) => 'turnId' in event && event.turnId === turnId);
      assert.equal(own.filter(({ type }) => type === 'turn.started').length, 1, 'one start');
      assert.equal(own.filter((event) => isTerminal(event)).length, 1, 'one end');
    }
    await engine.deleteSession(id);
    assert.deepEqual(await this.processes(), [], 'no process of its runs is left');
  }

  /** Do it once the agent has begun. */
  async #strike(id: SessionId, turnId: TurnId, how: Fault['outside']): Promise<void> {
    if (how === undefined || how === 'timeout') return;
    await this.#line(id);
    if (how === 'interrupt') {
      await this.core.engine.interrupt(id);
      return;
    }
    const all = await this.processes();
    const wrapper = all.find(({ leader, pid }) => leader === pid);
    const saboteur = all.find(({ command }) => command.includes('saboteur.ts') && !command.startsWith('/bin/sh'));
    assert.ok(wrapper !== undefined && saboteur !== undefined, `turn ${turnId} has its processes`);
    if (how === 'agent') process.kill(saboteur.pid, 'SIGKILL');
    if (how === 'wrapper') process.kill(wrapper.pid, 'SIGKILL');
    if (how === 'group') process.kill(-wrapper.pid, 'SIGKILL');
  }

  /** Resolves when the agent has printed its first line. */
  #line(id: SessionId): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = this.core.engine.watchLines(id, () => {
      stop();
      resolve();
    });
    return promise;
  }

  async #ended(id: SessionId, turnId: TurnId): Promise<Turn> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { unsubscribe } = await this.core.engine.subscribe(id, 0, {
      send: ({ events }) => {
        for (const { json } of events) {
          const event = JSON.parse(json) as ParleyEvent;
          if (isTerminal(event) && event.turnId === turnId) resolve();
        }
        return true;
      },
      drained: () => Promise.resolve(),
      lagged: () => undefined,
    });
    await promise;
    unsubscribe();
    return this.core.engine.turn(id, turnId);
  }

  /** Living processes that carry a run's marker. */
  async processes(): Promise<readonly { readonly pid: number; readonly leader: number; readonly command: string }[]> {
    const found: { pid: number; leader: number; command: string }[] = [];
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const read = (file: string): Promise<string> => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '');
      const environ = await read('environ');
      if (!environ.includes(`FAULT_ROOT=${this.#root}`) || !/(^|\0)PARLEY_RUN=/.test(environ)) continue;
      const command = (await read('cmdline')).replaceAll('\0', ' ');
      const leader = Number((await read('stat')).replace(/^.*\) /, '').split(' ')[3]);
      if (command !== '') found.push({ pid: Number(name), leader, command });
    }
    return found;
  }
}
