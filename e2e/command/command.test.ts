// The `parley` command as a person and a script use it: the real command, daemon and agents.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { EventSchema } from '@parley/schema';
import type { SubmitResult } from '@parley/schema';
import { openParley, within } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with the process once it runs. */
  readonly during?: (signal: (name: NodeJS.Signals) => void) => Promise<void>;
}

async function parleyCommand(
  parley: ParleyUnderTest,
  args: readonly string[],
  { input, env, during }: RunOptions = {},
): Promise<Ended> {
  const [program, ...first] = parley.command;
  const child = spawn(program, [...first, ...args], {
    cwd: parley.work,
    env: { ...parley.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined); // It may end before it has read what it does not want.
  child.stdin.end(input ?? '');
  const exited = once(child, 'exit');
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  await during?.((name) => void child.kill(name));
  await within(exited, `parley ${args.join(' ')}`);
  const [stdout, stderr] = await output;
  return { code: child.exitCode, stdout, stderr };
}

const hanging = {
  rules: [{ when: 'for long', steps: [{ say: 'Working on it ' }, { gate: 'go' }, { say: 'and done.' }] }],
};

test('command: run prints the answer on stdout, progress on stderr, and ends with 0', async (t) => {
  const parley = await openParley(t);
  for (const agent of ['codex', 'claude']) {
    const { code, stdout, stderr } = await parleyCommand(parley, [
      'run',
      agent,
      '--policy',
      'full',
      `create ${agent}.txt with the text Hi`,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`${agent}\\.txt`));
    assert.match(stderr, new RegExp(`${agent}\\.txt`));
    assert.equal(await parley.read(`${agent}.txt`), 'Hi\n');
  }
});

test('command: a prompt comes from stdin, from both, and may begin with a dash', async (t) => {
  const parley = await openParley(t, { scenario: { rules: [{ steps: [{ say: '<<{{person}}>>' }] }] } });
  const piped = await parleyCommand(parley, ['run', 'claude'], { input: 'from stdin' });
  assert.match(piped.stdout, /<<from stdin>>/);
  const both = await parleyCommand(parley, ['run', 'claude', 'summarise this:'], { input: 'the text' });
  assert.match(both.stdout, /<<summarise this:\n\nthe text>>/);
  const dashed = await parleyCommand(parley, ['run', 'claude', '--', '--help me']);
  assert.match(dashed.stdout, /<<--help me>>/);
});

test('command: --json prints events, one valid JSON object a line, and nothing else', async (t) => {
  const parley = await openParley(t);
  const { code, stdout } = await parleyCommand(parley, ['run', 'codex', '--json', 'say "hi"']);
  assert.equal(code, 0);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => EventSchema.parse(JSON.parse(line)));
  assert.equal(events.at(-1)?.type, 'turn.completed');
  assert.ok(events.some(({ type }) => type === 'item.delta'));
});

test('command: --continue goes on in the newest session, --session in the named one', async (t) => {
  const parley = await openParley(t);
  await parleyCommand(parley, ['run', 'codex', 'say "one"']);
  await parleyCommand(parley, ['run', 'codex', '--continue', 'say "two"']);
  const [session] = await parley.client.sessions();
  assert.ok(session);
  await parleyCommand(parley, ['run', 'codex', '--session', session.id, 'say "three"']);
  assert.equal((await parley.client.sessions()).length, 1);
  assert.deepEqual(
    (await parley.client.turns(session.id)).map(({ text: words }) => words),
    ['say "three"', 'say "two"', 'say "one"'],
  );
});

test('command: exit codes tell what happened', async (t) => {
  const parley = await openParley(t, {
    agents: ['codex'],
    scenario: {
      rules: [{ when: 'fail', steps: [{ error: { status: 400, message: 'no such thing' } }] }, ...hanging.rules],
    },
  });
  const code = async (args: readonly string[], options: RunOptions = {}): Promise<number | null> =>
    (await parleyCommand(parley, args, options)).code;
  assert.equal(await code(['run', 'codex', 'fail']), 1);
  assert.equal(await code(['run', 'nobody', 'hello']), 2);
  assert.equal(await code(['run', 'codex', '']), 2);
  assert.equal(await code(['run', 'codex', '--cwd', '/no/such/folder', 'hello']), 2);
  assert.equal(await code(['run', 'codex', '--wrong-flag', 'hello']), 2);
  assert.equal(await code(['run', 'claude', 'hello']), 3);
  assert.equal(await code(['run', 'codex', '--timeout', '2', 'work for long']), 4);
  const interrupted = await parleyCommand(parley, ['run', 'codex', 'work for long'], {
    during: async (signal) => {
      const session = await newest(parley, 'work for long', 1);
      await parley.event(session, (event) => event.type === 'item.delta');
      signal('SIGINT');
    },
  });
  assert.equal(interrupted.code, 130, interrupted.stderr);
});

/** The newest session with that title, once `older` others with it are known. */
async function newest(
  parley: ParleyUnderTest,
  title: string,
  older: number,
): Promise<Parameters<ParleyUnderTest['event']>[0]> {
  const stop = new AbortController();
  const find = async (): Promise<Parameters<ParleyUnderTest['event']>[0]> => {
    for await (const sessions of parley.client.watchSessions({ signal: stop.signal })) {
      const fitting = sessions.filter((session) => session.title === title);
      const [first] = fitting.toSorted((a, b) => b.createdAt - a.createdAt);
      if (fitting.length > older && first !== undefined) return first.id;
    }
    throw new Error('the sessions ended');
  };
  try {
    return await within(find(), `a session called ${title}`);
  } finally {
    stop.abort();
  }
}

test('command: --no-wait hands out ids; attach, steer, interrupt and approvals work from elsewhere', async (t) => {
  const parley = await openParley(t, { scenario: hanging });
  const started = await parleyCommand(parley, ['run', 'codex', '--no-wait', '--json', 'work for long']);
  assert.equal(started.code, 0, started.stderr);
  const { sessionId, turnId } = JSON.parse(started.stdout) as SubmitResult;
  await parley.event(sessionId, (event) => event.type === 'item.delta');
  const steered = await parleyCommand(parley, ['steer', sessionId, 'say "more"']);
  assert.equal(steered.code, 0, steered.stderr);
  parley.models.open('go');
  const attached = await parleyCommand(parley, ['attach', sessionId, '--until-idle', '--json']);
  assert.equal(attached.code, 0, attached.stderr);
  const seqs = attached.stdout
    .trim()
    .split('\n')
    .map((line) => EventSchema.parse(JSON.parse(line)).seq);
  assert.deepEqual(
    seqs,
    [...new Set(seqs)].toSorted((a, b) => a - b),
  );
  assert.equal((await parley.client.turn(sessionId, turnId)).state, 'completed');
  const idle = await parleyCommand(parley, ['interrupt', sessionId]);
  assert.equal(idle.code, 0, 'interrupting an idle session is no error');
});

test('command: status, configuration, agents and completions', async (t) => {
  const parley = await openParley(t);
  const status = JSON.parse((await parleyCommand(parley, ['daemon', 'status', '--json'])).stdout) as Record<
    string,
    unknown
  >;
  assert.equal(status['pid'], parley.pid);
  for (const key of ['socket', 'address', 'version', 'memory']) assert.ok(status[key] !== undefined, key);
  assert.match((await parleyCommand(parley, ['config', 'show'])).stdout, /server\.port/);
  assert.match((await parleyCommand(parley, ['agents'])).stdout, /codex.*0\.169\.0/);
  for (const shell of ['bash', 'zsh', 'fish'])
    assert.match((await parleyCommand(parley, ['completion', shell])).stdout, /parley/);
  assert.match((await parleyCommand(parley, ['run', '--help'])).stdout, /[Ee]xamples[\s\S]*exit codes|[Ee]xit codes/);
});

test('command: the first command starts a daemon by itself, and the daemon outlives it', async (t) => {
  const parley = await openParley(t);
  await parley.client.stopDaemon({ runs: 'end' });
  await within(parley.gone(), 'the daemon to stop');
  const { code, stderr } = await parleyCommand(parley, ['run', 'codex', 'say "hi"']);
  assert.equal(code, 0, stderr);
  const view = JSON.parse((await parleyCommand(parley, ['daemon', 'status', '--json'])).stdout) as {
    readonly pid: number;
  };
  assert.notEqual(view.pid, parley.pid);
  const second = await parleyCommand(parley, ['daemon', 'status', '--start']);
  assert.equal(second.code, 0, second.stderr);
  await parley.start(); // The foreground takes the place of the background.
  assert.match(parley.printed.join('\n'), /makes way/);
  assert.equal((await parley.client.sessions()).length, 1);
  assert.ok((await parley.client.daemon()).address);
});
