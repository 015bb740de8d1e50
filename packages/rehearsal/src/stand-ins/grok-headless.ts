// A stand-in for xAI's `grok` in headless mode: its flags, events, sessions and errors as its documentation tells them (1.0.x), with the
// rehearsal persona for a model. For rehearsing and tests: the real one needs xAI's network. Run it with Node as `grok`.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { readFlags, type GrokFlags } from './grok-flags.ts';
import { deedsOf, perform, reportOf, type ToolDeed } from './vibe-work.ts';

/** The whole program. Resolves to the exit code. */
export async function runGrok(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const flags = readFlags(argv);
  if (typeof flags === 'string') {
    process.stderr.write(`error: ${flags}\n\nFor more information, try '--help'.\n`);
    return 2;
  }
  if (flags.version) return print('grok 1.0.41 (stand-in)');
  if (flags.help)
    return print(
      'Usage: grok [OPTIONS]\n  -p, --single <PROMPT>\n  --prompt-file <PATH>\n  --output-format <FMT>\n  --permission-mode <MODE>',
    );
  const home = env['GROK_HOME'] ?? join(env['HOME'] ?? homedir(), '.grok');
  const out = new Output(flags.format);
  if ((env['XAI_API_KEY'] ?? '') === '' && !existsSync(join(home, 'auth.json')))
    return out.error('Not signed in. To authenticate without a browser, run:\n  grok login --device-code');
  const prompt = flags.single ?? readFileSync(flags.promptFile ?? '/dev/stdin', 'utf8');
  return converse(prompt.replace(/\n$/, ''), flags, home, out);
}

interface SavedSession {
  readonly cwd: string;
  readonly prompts: readonly string[];
}

async function converse(prompt: string, flags: GrokFlags, home: string, out: Output): Promise<number> {
  const cwd = realpathSync(resolve(flags.cwd ?? '.'));
  const folder = join(home, 'sessions');
  mkdirSync(folder, { recursive: true });
  const fileOf = (id: string): string => join(folder, `${id}.json`);
  const read = (id: string): SavedSession => JSON.parse(readFileSync(fileOf(id), 'utf8')) as SavedSession;
  const resumed = flags.resume ?? (flags.latest ? latestIn(folder, cwd, read) : undefined);
  if (flags.latest && resumed === undefined)
    return out.error("Couldn't create session: no session to continue in this directory");
  if (resumed !== undefined && !existsSync(fileOf(resumed)))
    return out.error("Couldn't create session: Session does not exist");
  const chosen = flags.sessionId;
  if (chosen !== undefined && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(chosen))
    return out.error(`invalid session id: ${chosen}`);
  if (chosen !== undefined && existsSync(fileOf(chosen))) return out.error(`Session id ${chosen} is already in use`);
  const id = resumed ?? chosen ?? uuidOf(`${readdirSync(folder).length} ${prompt}`);
  const before = resumed === undefined ? [] : read(resumed).prompts;
  writeFileSync(fileOf(id), JSON.stringify({ cwd, prompts: [...before, prompt] } satisfies SavedSession));
  if (flags.model?.startsWith('unknown') === true)
    return out.error(`Couldn't set model '${flags.model}': unknown model. Run 'grok models' to see available models.`);

  const input = [...before, prompt].reduce((sum, words) => sum + tokens(words), 0);
  let spent = { calls: 0, output: 0 };
  const ended = (stopReason: string, code: number): number => out.end(stopReason, id, { input, ...spent }, code);
  const respond = (words: string): void => {
    spent = { calls: spent.calls + 1, output: spent.output + tokens(words) };
    out.usage(`resp_${spent.calls}`, tokens(words));
  };
  out.event({ type: 'available_commands', tools: ['read_file', 'run_terminal_cmd', 'search_replace'], commands: [] });
  const reports: string[] = [];
  for (const [at, deed] of deedsOf(prompt).entries()) {
    if (deed.kind === 'fail') return out.error(deed.words);
    if (deed.kind === 'say') reports.push(deed.text);
    if (deed.kind === 'think') {
      for (const piece of pieces(deed.text)) out.event({ type: 'thought', data: piece });
      reports.push('I have shown some reasoning, but it is only rehearsed.');
    }
    if (deed.kind === 'say' || deed.kind === 'think') continue;
    if (flags.maxTurns !== undefined && spent.calls >= flags.maxTurns) {
      out.event({ type: 'max_turns_reached' });
      return ended('max_turn_requests', 1);
    }
    const call = callOf(deed, cwd);
    const toolCallId = `call_${at + 1}`;
    out.words(`I will use ${call.name}.`);
    respond(JSON.stringify(call));
    out.event({
      type: 'tool_call',
      toolCallId,
      title: call.title,
      kind: call.kind,
      status: 'in_progress',
      toolName: call.name,
      rawInput: call.input,
      content: [],
      locations: [],
    });
    const update = (status: string, words: string, rawOutput: object): void =>
      out.event({
        type: 'tool_call_update',
        toolCallId,
        status,
        content: [{ type: 'content', content: { type: 'text', text: words } }],
        rawOutput,
        locations: [],
      });
    const verdict = verdictOf(deed, flags);
    if (verdict === 'cancel') {
      update('failed', `User cancelled the execution for tool ${call.name}`, {});
      return ended('cancelled', 1);
    }
    if (verdict === 'deny') {
      const words = `Tool \`${call.name}\` was not executed: Denied by permission policy`;
      update('failed', words, {});
      reports.push(words);
      continue;
    }
    const result = await perform(deed, cwd);
    update(
      result.ok || deed.kind === 'shell' ? 'completed' : 'failed',
      result.output,
      result.exitCode === undefined ? {} : { exit_code: result.exitCode },
    );
    reports.push(reportOf(deed, result));
  }
  const answer = reports.join('\n\n');
  out.words(answer);
  respond(answer);
  return ended('end_turn', 0);
}

function latestIn(folder: string, cwd: string, read: (id: string) => SavedSession): string | undefined {
  const names = readdirSync(folder).toSorted(
    (a, b) => statSync(join(folder, a)).mtimeMs - statSync(join(folder, b)).mtimeMs,
  );
  return names.map((name) => name.replace(/\.json$/, '')).findLast((id) => read(id).cwd === cwd);
}

function callOf(
  deed: ToolDeed,
  cwd: string,
): { readonly name: string; readonly kind: string; readonly title: string; readonly input: object } {
  switch (deed.kind) {
    case 'shell':
      return { name: 'run_terminal_cmd', kind: 'execute', title: deed.command, input: { command: deed.command } };
    case 'write':
      return {
        name: 'write',
        kind: 'edit',
        title: `Write ${deed.path}`,
        input: { file_path: resolve(cwd, deed.path), content: deed.content },
      };
    case 'edit':
      return {
        name: 'search_replace',
        kind: 'edit',
        title: `Edit ${deed.path}`,
        input: { file_path: resolve(cwd, deed.path), old_string: deed.from, new_string: deed.to, replace_all: true },
      };
    case 'read':
      return { name: 'read_file', kind: 'read', title: 'Read', input: { path: deed.path } };
  }
}

/** Nobody can be asked. A rule that denies lets the turn go on; what nothing allows ends it. */
function verdictOf(deed: ToolDeed, { mode, deny }: GrokFlags): 'allow' | 'deny' | 'cancel' {
  const rule =
    deed.kind === 'shell' ? 'Bash' : deed.kind === 'read' ? 'Read' : deed.kind === 'write' ? 'Write' : 'Edit';
  if (deny.includes(rule)) return 'deny';
  if (deed.kind === 'read' || mode === 'bypassPermissions') return 'allow';
  if (deed.kind === 'shell') return /^(?:ls|cat|pwd)\b[^;&|>]*$/.test(deed.command) ? 'allow' : 'cancel';
  return mode === 'acceptEdits' ? 'allow' : 'cancel';
}

const tokens = (words: string): number => Math.ceil(words.length / 4);

function pieces(words: string): readonly string[] {
  return words.match(/[\s\S]{1,24}/g) ?? [];
}

function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function print(words: string): number {
  process.stdout.write(`${words}\n`);
  return 0;
}

/** The three formats. */
class Output {
  readonly #format: GrokFlags['format'];
  #text = '';

  constructor(format: GrokFlags['format']) {
    this.#format = format;
  }

  event(event: object): void {
    if (this.#format === 'streaming-json') print(JSON.stringify(event));
  }

  words(words: string): void {
    this.#text += words;
    if (this.#format === 'plain') process.stdout.write(words);
    for (const piece of pieces(words)) this.event({ type: 'text', data: piece });
  }

  usage(messageId: string, output: number): void {
    this.event({ type: 'usage', messageId, stopReason: 'end_turn', usage: { input_tokens: 0, output_tokens: output } });
  }

  end(
    stopReason: string,
    sessionId: string,
    spent: { readonly input: number; readonly output: number; readonly calls: number },
    code: number,
  ): number {
    const usage = {
      input_tokens: spent.input,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
      output_tokens: spent.output,
      reasoning_tokens: 0,
      total_tokens: spent.input + spent.output,
    };
    const last = {
      stopReason,
      sessionId,
      requestId: 'req_1',
      usage,
      num_turns: spent.calls,
      total_cost_usd: (spent.input + 5 * spent.output) / 1_000_000,
    };
    this.event({ type: 'end', ...last });
    if (this.#format === 'json') print(JSON.stringify({ text: this.#text, ...last }, undefined, 2));
    if (this.#format === 'plain') print('');
    return code;
  }

  error(message: string): number {
    if (this.#format !== 'plain') print(JSON.stringify({ type: 'error', message }));
    process.stderr.write(`Error: ${message}\n`);
    return 1;
  }
}

if (import.meta.main) {
  process.on('SIGINT', () => process.exit(130));
  process.on('SIGTERM', () => process.exit(143));
  process.exitCode = await runGrok(process.argv.slice(2), process.env);
}
