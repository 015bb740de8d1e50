// `parley run <agent> [prompt]`: one turn, from the prompt to the answer.

import { resolve } from 'node:path';
import { Argument, InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { failure, isParleyError } from '@parley/client';
import type { Client } from '@parley/client';
import type { CreateSession, Policy, Session, SubmitResult } from '@parley/schema';
import { addOption, optionsOf } from '../agent-options.ts';
import type { Context } from '../commands.ts';
import { parseDuration } from '../duration.ts';
import { examples } from '../examples.ts';
import { findSession } from '../find-session.ts';
import { Asker } from '../follow/asker.ts';
import { followTurn } from '../follow/follow-turn.ts';
import { humanPrinter, jsonPrinter } from '../follow/printer.ts';
import type { Printer } from '../follow/printer.ts';
import type { Io } from '../io.ts';
import { keepDaemon, openClient } from '../open-client.ts';
import { readPrompt } from '../prompt.ts';
import { exitCodeOf, reportTurnError } from '../report-error.ts';
import { UsageError } from '../usage-error.ts';

/** As in the schema, whose code is not loaded for this. */
const policies = ['read-only', 'ask', 'edit', 'full'] as const satisfies readonly Policy[];

export interface RunOptions {
  readonly cwd?: string;
  readonly model?: string;
  readonly modelUrl?: string;
  readonly policy?: Policy;
  readonly title?: string;
  readonly mode?: string;
  readonly profile?: string;
  readonly effort?: string;
  readonly variant?: string;
  readonly personality?: string;
  readonly addDir?: readonly string[];
  readonly option?: readonly string[];
  readonly session?: string;
  readonly continue?: true;
  readonly fork?: true;
  readonly json?: true;
  readonly quiet?: true;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly wait: boolean;
}

export function define(command: Command, { io, end }: Context): void {
  command
    .description(
      'Give an agent a prompt and wait for its answer. The answer goes to stdout, progress to stderr.\n' +
        'The prompt is the words given, standard input, or both joined by a blank line; `-` reads standard input only.',
    )
    .addArgument(new Argument('<agent>', 'codex, claude, … (see `parley agents`)'))
    .argument('[prompt...]', 'words for the agent; after `--` they may begin with "-"')
    .option('-C, --cwd <folder>', 'the folder to work in (default: the current one)')
    .option('-m, --model <model>', 'the model, by the name that the agent knows')
    .option('--model-url <url>', "base URL of a compatible model server, as the vendor's SDK takes it")
    .addOption(new Option('-p, --policy <policy>', 'what the agent may do without asking').choices(policies))
    .option('-t, --title <title>', 'a name for the session')
    .option('--profile <profile>', "a profile of the agent's configuration")
    .option('--effort <effort>', "how hard the model is to think, in the agent's own words")
    .option('--variant <variant>', 'a variant of the model (OpenCode)')
    .option('--personality <personality>', 'a way of talking (Codex)')
    .option(
      '--add-dir <folder>',
      'one more folder that the agent may work in; can be said again',
      (folder, before: readonly string[] | undefined) => [...(before ?? []), folder],
    )
    .option(
      '--option <name=value>',
      "one of the agent's own options (see `parley agents show`), its value as JSON or words; can be said again",
      addOption,
    )
    .option('--mode <mode>', 'how the agent is spoken to (see `parley agents`)')
    .option('-s, --session <session>', 'go on with this session')
    .option('-c, --continue', 'go on with the newest session of this agent and folder')
    .option('--fork', 'with --session or --continue: go on with a copy, in a new session')
    .option('--timeout <duration>', 'end the turn after 90, 90s, 10m, 1.5h', durationArgument)
    .option('--no-wait', 'print the ids and leave the turn to the daemon')
    .option('--json', 'print events, one JSON object a line')
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExit codes: 0 completed, 1 failed, 2 usage, 3 agent missing or not logged in, 4 out of time, 130 interrupted.\n' +
        'Ctrl-C interrupts the turn; a second one leaves at once.\n' +
        examples(
          ["parley run codex 'why does the build fail?'", 'ask in the current folder'],
          ["git diff | parley run claude 'review this'", 'a prompt and its material'],
          ["parley run codex --option outputSchema=answer.schema.json 'list the tests'", 'one of its own options'],
          ["parley run codex -c 'and now fix it'", 'go on with the conversation'],
          ["parley run codex --no-wait --json 'run all tests'", 'prints {"sessionId","turnId"}'],
        ),
    )
    .action(async (agent: string, words: readonly string[], options: RunOptions) =>
      end(await run(agent, words, options, io)),
    );
}

async function run(agent: string, words: readonly string[], options: RunOptions, io: Io): Promise<number> {
  const printer =
    options.json === true
      ? jsonPrinter(io)
      : humanPrinter(io, { stdout: 'answer', hidesPrompt: true, quiet: options.quiet === true });
  checkOptions(options);
  const prompt = await readPrompt(words, io, (text) => printer.note(text));
  const client = await openClient(io);
  const session = await sessionFor(client, agent, options, io);
  if (!options.wait) return leave(await submit(client, session, prompt, options), options, io);

  const leaving = new AbortController();
  const interrupting = new Interrupting(client, printer, leaving);
  const stopListening = io.onInterrupt(() => interrupting.again());
  const stopKeeping = keepDaemon(client, io, (text) => printer.note(text));
  try {
    const submitted = await submit(client, session, prompt, options);
    interrupting.meant(submitted);
    if (submitted.outcome === 'queued')
      printer.note(`queued: number ${submitted.position ?? 1} in session ${session.id}`);
    // Only now: loading what connects takes 6 ms, in which the words would not leave. So they pass while the agent begins.
    const batches = client.eventBatches(session.id, { after: session.head, signal: leaving.signal });
    const outcome = await followTurn({
      client,
      sessionId: session.id,
      turnId: submitted.turnId,
      batches,
      printer,
      timeoutMs: options.timeout,
      ...(canAsk(options, io) && { asker: new Asker(client, io) }),
    });
    switch (outcome.state) {
      case 'completed':
        return 0;
      case 'interrupted':
      case 'left':
        return 130;
      case 'failed':
      case 'lost':
        // In JSON mode the turn's last event has said it.
        return await (options.json === true ? exitCodeOf(outcome.error) : reportTurnError(outcome.error, io));
    }
  } finally {
    stopListening();
    stopKeeping();
    leaving.abort();
  }
}

/** What is fixed when a session is made. */
function forNewSession(options: RunOptions, io: Io): Partial<CreateSession> {
  const { modelUrl, mode, profile, effort, variant, personality, addDir, option } = options;
  return {
    ...(modelUrl !== undefined && { modelUrl }),
    ...(mode !== undefined && { mode }),
    ...(profile !== undefined && { profile }),
    ...(effort !== undefined && { effort }),
    ...(variant !== undefined && { variant }),
    ...(personality !== undefined && { personality }),
    ...(option !== undefined && { options: optionsOf(option, io.cwd) }),
    ...(addDir !== undefined && { addedFolders: addDir.map((folder) => resolve(io.cwd, folder)) }),
  };
}

function checkOptions(options: RunOptions): void {
  const { session, continue: goOn, modelUrl, cwd } = options;
  if (options.fork === true && session === undefined && goOn !== true)
    throw new UsageError('--fork goes with --session or --continue: a copy of which conversation?');
  if (session !== undefined && goOn === true) throw new UsageError('--session and --continue say different things.');
  if ((session !== undefined || goOn === true) && modelUrl !== undefined) {
    throw new UsageError('--model-url is for a new session: a conversation does not change servers.');
  }
  for (const name of ['mode', 'profile', 'effort', 'variant', 'personality', 'addDir', 'option'] as const) {
    if ((session !== undefined || goOn === true) && options[name] !== undefined)
      throw new UsageError(`--${name === 'addDir' ? 'add-dir' : name} is for a new session.`);
  }
  if (session !== undefined && cwd !== undefined)
    throw new UsageError('--cwd is for a new session: a conversation stays in its folder.');
}

/** The session that the options name, with what they change, or a new one. */
async function sessionFor(client: Client, agent: string, options: RunOptions, io: Io): Promise<Session> {
  const cwd = resolve(io.cwd, options.cwd ?? '.');
  const { model, policy, title } = options;
  const changes = {
    ...(model !== undefined && { model }),
    ...(policy !== undefined && { policy }),
    ...(title !== undefined && { title }),
  };
  if (options.session === undefined && options.continue !== true) {
    return client.createSession({ agent, cwd, ...changes, ...forNewSession(options, io) });
  }
  const found =
    options.session === undefined
      ? (await client.sessions())
          .filter((one) => one.agent === agent && one.cwd === cwd)
          .sort((a, b) => b.updatedAt - a.updatedAt)[0]
      : await client.session(await findSession(client, options.session));
  if (found === undefined)
    throw await failure('unknown_session', `There is no session of ${agent} in ${cwd} to go on with.`);
  if (found.agent !== agent) throw new UsageError(`Session ${found.id} is one of ${found.agent}, not of ${agent}.`);
  if (options.fork === true) return client.forkSession(found.id, changes);
  return Object.keys(changes).length === 0 ? found : client.updateSession(found.id, changes);
}

/** A turn of its own: words into somebody else's running turn are for `parley steer`. */
function submit(client: Client, { id }: Session, text: string, { timeout }: RunOptions): Promise<SubmitResult> {
  return client.submit(id, { text, when: 'queue', ...(timeout !== undefined && { timeoutMs: timeout }) });
}

function leave({ sessionId, turnId }: SubmitResult, { json }: RunOptions, io: Io): number {
  io.stdout.write(json === true ? `${JSON.stringify({ sessionId, turnId })}\n` : `${sessionId} ${turnId}\n`);
  return 0;
}

/** Ctrl-C: the first time the turn is interrupted and its end awaited, the second time nothing is. */
class Interrupting {
  readonly #client: Client;
  readonly #printer: Printer;
  readonly #leaving: AbortController;
  #submitted: SubmitResult | undefined;
  #count = 0;

  constructor(client: Client, printer: Printer, leaving: AbortController) {
    this.#client = client;
    this.#printer = printer;
    this.#leaving = leaving;
  }

  meant(submitted: SubmitResult): void {
    this.#submitted = submitted;
    if (this.#count > 0) this.#interrupt(submitted);
  }

  again(): void {
    this.#count += 1;
    if (this.#count > 1) return this.#leaving.abort();
    this.#printer.note('interrupting; once more leaves without waiting');
    if (this.#submitted !== undefined) this.#interrupt(this.#submitted);
  }

  #interrupt({ sessionId, turnId, outcome }: SubmitResult): void {
    const stop = async () => {
      if (outcome !== 'queued') return this.#client.interrupt(sessionId);
      // Not the turn before it, which is somebody else's.
      return this.#client.cancelQueued(sessionId, turnId).catch((error: unknown) => {
        if (isParleyError(error) && error.code === 'turn_not_queued') return this.#client.interrupt(sessionId);
        throw error;
      });
    };
    stop().catch((error: unknown) =>
      this.#printer.note(`not interrupted: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
}

function canAsk({ json, quiet }: RunOptions, io: Io): boolean {
  return json !== true && quiet !== true && io.stdinKind === 'terminal' && io.stderrIsTerminal;
}

function durationArgument(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Write a time like 90, 90s, 10m or 1.5h.');
  return ms;
}
