// One Parley for all stories of a subject, each with a folder of its own, and what the stories ask of it again and again.

import assert from 'node:assert/strict';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import type { Scenario } from '@parley/rehearsal';
import { isTerminal } from '@parley/schema';
import type { CreateSession, InputReceipt, Item, ParleyEvent, Session, SessionId, Turn, TurnId } from '@parley/schema';
import { openParley, within } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';
import type { Subject } from './subjects.ts';

/** Milliseconds between two looks at a file that an agent's command makes. */
const lookMs = 20;

const fault = (words: string, status: number, message: string) => ({
  when: `fail with ${words}`,
  steps: [{ error: { status, message } }],
});

/** The persona, and a server that fails when it is asked to. */
const scenario: Scenario = {
  rules: [
    fault('401', 401, 'the key is refused'),
    fault('429', 429, 'too many requests'),
    fault('500', 500, 'internal server error'),
    fault('no model', 404, 'The model `other` does not exist or you do not have access to it'),
    fault('length', 400, 'prompt is too long: the maximum context length is 1000 tokens'),
  ],
};

export class Stage {
  readonly subject: Subject;
  readonly parley: ParleyUnderTest;
  readonly #folders: { count: number };
  readonly #sessions: SessionId[] = [];

  private constructor(subject: Subject, parley: ParleyUnderTest, folders = { count: 0 }) {
    this.subject = subject;
    this.parley = parley;
    this.#folders = folders;
  }

  /** The same Parley for one story: what it begins ends with it. */
  scene(): Stage {
    return new Stage(this.subject, this.parley, this.#folders);
  }

  /** Its sessions go, and so do the agents that were kept warm for them. */
  async clear(): Promise<void> {
    await Promise.all(this.#sessions.splice(0).map((id) => this.parley.client.deleteSession(id)));
  }

  static async open(test: TestContext, subject: Subject): Promise<Stage> {
    const { agent, mode } = subject;
    const program = agent.startsWith('acp:') ? agent.slice('acp:'.length) : agent;
    const parley = await openParley(test, {
      agents: [],
      programs: (agents) => ({
        [program]: subject.command(agents),
        stranger: 'echo "stranger 1.0.0"',
        mute: '[ "$1" = --version ] && echo "mute 1.0.0" && exit; exec sleep 600',
      }),
      scenario,
      configWith: (models) =>
        `[agents."${agent}"]\nmode = "${mode}"\nunset = ["GRID_UNWANTED"]\nenv.GRID_WANTED = "here"\n${subject.config(models)}\n${wrongPrograms(agent)}`,
      home: subject.home ?? {},
      env: { ...subject.env, GRID_UNWANTED: 'x', OTHER_VENDORS_KEY: 'x', COHERE_API_KEY: 'x', ...foreignKeys(agent) },
    });
    const firstStart = subject.firstStart;
    if (firstStart !== undefined) await promisify(execFile)(program, firstStart, { env: parley.env });
    return new Stage(subject, parley);
  }

  /** A new folder below the one where everything is allowed. */
  async folder(): Promise<string> {
    const folder = join(this.parley.work, `story-${++this.#folders.count}`);
    await mkdir(folder);
    return folder;
  }

  async session(more: Partial<CreateSession> = {}): Promise<Session> {
    const cwd = more.cwd ?? (await this.folder());
    const session = await this.parley.client.createSession({
      agent: this.subject.agent,
      policy: 'full',
      ...more,
      cwd,
    });
    this.#sessions.push(session.id);
    return session;
  }

  async fork(id: SessionId): Promise<Session> {
    const fork = await this.parley.client.forkSession(id);
    this.#sessions.push(fork.id);
    return fork;
  }

  /** Whether two ids mean the same conversation: some agents give it a new one with each turn. */
  sameThread(before: string, after: string): boolean {
    return this.subject.threadChanges === true || before === after;
  }

  ask(id: SessionId, text: string): Promise<Turn> {
    return this.parley.ask(id, text);
  }

  /** As `ask`, for what must end well. */
  async done(id: SessionId, text: string): Promise<Turn> {
    const turn = await this.ask(id, text);
    assert.equal(turn.state, 'completed', `${text}: ${JSON.stringify(turn.error)}`);
    return turn;
  }

  /**
   * A turn that runs a command until `release` is called; resolves when the command runs. With `more`, the turn then runs another one until
   * that promise is settled.
   */
  async working(
    session: Session,
    more = false,
  ): Promise<{ readonly turnId: TurnId; readonly release: (more?: Promise<unknown>) => Promise<void> }> {
    const [go, again, enough] = ['go', 'again', 'enough'].map((name) => join(session.cwd, name)) as [
      string,
      string,
      string,
    ];
    const first = 'run `echo running > go; while [ -e go ]; do sleep 0.05; done; echo released`';
    const second = 'run `echo running > again; until [ -e enough ]; do sleep 0.05; done; echo released`';
    const { turnId } = await this.parley.client.submit(session.id, {
      text: more ? `${first} and then ${second}` : first,
    });
    await within(this.appears(go), 'the command to run', 90_000);
    const release = async (settled?: Promise<unknown>): Promise<void> => {
      await rm(go);
      if (settled === undefined) return;
      const stop = new AbortController();
      await Promise.race([settled, this.appears(again, stop.signal)]);
      stop.abort();
      await writeFile(enough, '');
    };
    return { turnId, release };
  }

  /** When the file is there, with something in it. */
  async appears(file: string, signal?: AbortSignal): Promise<void> {
    while (signal?.aborted !== true) {
      const text = await readFile(file, 'utf8').catch(() => '');
      if (text !== '') return;
      await pause(lookMs);
    }
  }

  exists(file: string): Promise<boolean> {
    return access(file).then(
      () => true,
      () => false,
    );
  }

  write(file: string, text: string): Promise<void> {
    return writeFile(file, text);
  }

  /** The items of a turn as they ended, in order. */
  async items(id: SessionId, turnId?: TurnId): Promise<readonly Item[]> {
    return (await this.parley.events(id)).flatMap((event) =>
      event.type === 'item.completed' && (turnId === undefined || event.turnId === turnId) ? [event.item] : [],
    );
  }

  async receipt(id: SessionId, turnId: TurnId): Promise<InputReceipt> {
    const event = await this.parley.event(id, (one) => one.type === 'input.settled' && one.turnId === turnId);
    assert.ok(event.type === 'input.settled');
    return event.receipt;
  }

  /** Agents' processes of this folder, without the shells that Parley puts around them. */
  async processesIn(cwd: string): Promise<readonly { readonly pid: number; readonly command: string }[]> {
    const { readlink } = await import('node:fs/promises');
    const all = await this.parley.ownedProcesses();
    const placed = await Promise.all(
      all.map(async (one) => ({ ...one, cwd: await readlink(`/proc/${one.pid}/cwd`).catch(() => '') })),
    );
    return placed.filter((one) => one.cwd === cwd);
  }

  /** Until nothing that fits is left; a failure says what is. */
  async goneFrom(cwd: string, what: RegExp): Promise<void> {
    const left = async () => (await this.processesIn(cwd)).filter(({ command }) => what.test(command));
    const deadline = Date.now() + 30_000;
    while ((await left()).length > 0 && Date.now() < deadline) await pause(lookMs);
    assert.deepEqual(await left(), []);
  }
}

/** Profiles whose program is not the agent. */
function wrongPrograms(agent: string): string {
  const profile = (name: string, command: string): string =>
    `[agents."${agent}".profiles.${name}]\ncommand = "${command}"\n`;
  return profile('missing', '/nowhere/agent') + profile('stranger', 'stranger') + profile('mute', 'mute');
}

/** Keys of vendors that are not this agent's. */
function foreignKeys(agent: string): Readonly<Record<string, string>> {
  const own: Readonly<Record<string, string>> = {
    codex: 'OPENAI_API_KEY',
    claude: 'ANTHROPIC_API_KEY',
    gemini: 'GEMINI_API_KEY',
    kimi: 'KIMI_API_KEY',
    vibe: 'MISTRAL_API_KEY',
    grok: 'XAI_API_KEY',
  };
  return Object.fromEntries(
    Object.entries(own)
      .filter(([name]) => name !== agent)
      .map(([, variable]) => [variable, 'a-key-of-another-vendor']),
  );
}

export const textsOf = (items: readonly Item[]): readonly string[] =>
  items.flatMap((item) => (item.type === 'assistant_message' ? [item.text] : []));
export const commandsOf = (items: readonly Item[]) => items.flatMap((item) => (item.type === 'command' ? [item] : []));
export const changesOf = (items: readonly Item[]) =>
  items.flatMap((item) => (item.type === 'file_change' && item.status === 'completed' ? item.changes : []));
export const endsOf = (events: readonly ParleyEvent[]) => events.filter((event) => isTerminal(event));
