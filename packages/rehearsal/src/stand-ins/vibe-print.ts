// A stand-in for `vibe` (Mistral Vibe 2.18.4) in programmatic mode: its flags, messages, session logs and errors, with the rehearsal
// persona for a model. For rehearsing and tests where the real one, which is on PyPI only, cannot be. Run it with Node as `vibe`.
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { readFlags, type VibeFlags } from './vibe-flags.ts';
import { costOf, VibeSessions, type VibeMessage, type VibeStats } from './vibe-session.ts';
import { deedsOf, perform, reportOf, type ToolDeed } from './vibe-work.ts';

/** The whole program. Resolves to the exit code. */
export async function runVibe(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const flags = readFlags(argv);
  if (typeof flags === 'string') {
    process.stderr.write(`usage: vibe [PROMPT]\nvibe: error: ${flags}\n`);
    return 2;
  }
  if (flags.version) return print('vibe 2.18.4');
  if (flags.help)
    return print('usage: vibe [-p [TEXT]] [--output {text,json,streaming}] [--agent NAME] [--resume [ID]] [PROMPT]');
  const model = env['VIBE_ACTIVE_MODEL'] ?? 'mistral-medium-3.5';
  const key = keyVariable(model, env);
  // Some complaints go to stdout.
  if (key === undefined) return print(`Invalid configuration: Active model '${model}' not found in configuration.`, 1);
  if ((env[key] ?? '') === '')
    return fail(
      `Missing ${key} environment variable for mistral provider. Set the environment variable, or run \`vibe --setup\` once.`,
    );
  // Read to its end whenever it is no terminal, also when the prompt is on the command line.
  const stdin = process.stdin.isTTY ? '' : (await text(process.stdin)).trim();
  const prompt = flags.prompt === undefined || flags.prompt === '' ? stdin : flags.prompt;
  if (prompt === '') return fail('No prompt provided for programmatic mode');
  return converse(prompt, flags, model, env);
}

/** The variable that must hold the key of the model's provider. */
function keyVariable(alias: string, env: NodeJS.ProcessEnv): string | undefined {
  if (['mistral-medium-3.5', 'devstral-small', 'local', 'devstral-medium-latest'].includes(alias))
    return 'MISTRAL_API_KEY';
  const rows = (name: string) => JSON.parse(env[name] ?? '[]') as readonly Readonly<Record<string, string>>[];
  const provider = rows('VIBE_MODELS').find((row) => row['alias'] === alias)?.['provider'];
  return rows('VIBE_PROVIDERS').find((row) => row['name'] === provider)?.['api_key_env_var'];
}

async function converse(prompt: string, flags: VibeFlags, model: string, env: NodeJS.ProcessEnv): Promise<number> {
  const cwd = realpathSync(resolve(flags.workdir ?? '.'));
  const sessions = new VibeSessions(env['VIBE_HOME'] ?? join(env['HOME'] ?? homedir(), '.vibe'));
  const startedAt = new Date();
  const history = flags.latest
    ? sessions.latest(cwd)
    : typeof flags.resume === 'string'
      ? sessions.resume(flags.resume)
      : [];
  if (history === undefined) return print(`Session '${flags.resume ?? 'latest'}' not found in ${sessions.folder}`, 1);
  const messages: VibeMessage[] = [];
  let stats: VibeStats = { steps: 0, prompt: 0, completion: 0 };
  const add = (message: VibeMessage): void => {
    messages.push(message);
    if (flags.output === 'streaming') process.stdout.write(`${JSON.stringify(message)}\n`);
  };
  const ended = (code: number): number => {
    sessions.save({ messages, stats, cwd, model, agent: flags.agent, startedAt });
    return code;
  };
  /** A call of the model: undefined, or the limit that stands in its way. */
  const step = (answer: string): string | undefined => {
    const limit = limitOf(flags, stats);
    if (limit !== undefined) return limit;
    const spoken = messages.reduce((sum, { content }) => sum + tokens(content ?? ''), 0);
    stats = { steps: stats.steps + 1, prompt: stats.prompt + spoken, completion: stats.completion + tokens(answer) };
    return undefined;
  };
  const stopped = (reason: string): number => {
    process.stderr.write(`<vibe_stop_event>${reason}</vibe_stop_event>\n`);
    return ended(1);
  };

  add(messageOf('system', 'You are a coding agent.'));
  for (const message of history) add(messageOf(message.role, message.content, message));
  add(messageOf('user', prompt, { message_id: `user-${messages.length}` }));
  const reports: string[] = [];
  let thought: string | null = null;
  for (const deed of deedsOf(prompt)) {
    if (deed.kind === 'fail') return ended(fail(deed.words));
    if (deed.kind === 'say') reports.push(deed.text);
    if (deed.kind === 'think') {
      thought = deed.text;
      reports.push('I have shown some reasoning, but it is only rehearsed.');
    }
    if (deed.kind === 'say' || deed.kind === 'think') continue;
    const limit = step(JSON.stringify(deed));
    if (limit !== undefined) return stopped(limit);
    const id = `call${messages.length}`;
    const made = toolOf(deed, cwd);
    const tool_calls = [
      { id, index: 0, function: { name: made.name, arguments: JSON.stringify(made.input) }, type: 'function' },
    ];
    add(messageOf('assistant', `I will use ${made.name}.`, { tool_calls, message_id: `assistant-${messages.length}` }));
    const permitted = isPermitted(deed, flags.agent);
    const result = permitted ? await perform(deed, cwd) : { ok: false, output: 'Tool execution not permitted.' };
    const content = !permitted
      ? result.output
      : deed.kind === 'shell'
        ? shellWords(deed.command, result)
        : result.ok
          ? result.output
          : `<tool_error>${result.output}</tool_error>`;
    add(messageOf('tool', content, { name: made.name, tool_call_id: id }));
    reports.push(reportOf(deed, result));
  }
  const answer = reports.join('\n\n');
  const limit = step(answer);
  if (limit !== undefined) return stopped(limit);
  add(messageOf('assistant', answer, { reasoning_content: thought, message_id: `assistant-${messages.length}` }));
  if (flags.output === 'text') print(answer);
  if (flags.output === 'json') print(JSON.stringify(messages, undefined, 2));
  return ended(0);
}

function limitOf({ maxTurns, maxPrice, maxTokens }: VibeFlags, stats: VibeStats): string | undefined {
  const used = stats.prompt + stats.completion;
  if (maxTurns !== undefined && stats.steps >= maxTurns) return `Turn limit of ${maxTurns} reached`;
  if (maxPrice !== undefined && costOf(stats) > maxPrice)
    return `Price limit exceeded: $${costOf(stats).toFixed(4)} > $${maxPrice.toFixed(4)}`;
  return maxTokens !== undefined && used > maxTokens ? `Token limit exceeded: ${used} > ${maxTokens}` : undefined;
}

const tokens = (words: string): number => Math.ceil(words.length / 4);

/** All keys are always there. */
function messageOf(
  role: VibeMessage['role'],
  content: string | null,
  more: Readonly<Record<string, unknown>> = {},
): VibeMessage {
  return {
    images: null,
    injected: false,
    reasoning_content: null,
    reasoning_state: null,
    reasoning_signature: null,
    reasoning_message_id: null,
    tool_calls: null,
    name: null,
    tool_call_id: null,
    message_id: null,
    user_display_content: null,
    ...more,
    role,
    content,
  };
}

function toolOf(deed: ToolDeed, cwd: string): { readonly name: string; readonly input: object } {
  switch (deed.kind) {
    case 'shell':
      return { name: 'bash', input: { command: deed.command } };
    case 'write':
      return { name: 'write_file', input: { path: deed.path, content: deed.content } };
    case 'edit':
      return {
        name: 'edit',
        input: { file_path: resolve(cwd, deed.path), old_string: deed.from, new_string: deed.to, replace_all: true },
      };
    case 'read':
      return { name: 'read', input: { path: deed.path } };
  }
}

/** Nobody can be asked: what would need consent is skipped. */
function isPermitted(deed: ToolDeed, agent: string): boolean {
  switch (deed.kind) {
    case 'read':
      return true;
    case 'write':
    case 'edit':
      return agent === 'auto-approve' || agent === 'accept-edits';
    case 'shell':
      return agent === 'auto-approve' || /^(?:ls|cat|pwd)\b[^;&|>]*$/.test(deed.command);
  }
}

function shellWords(
  command: string,
  { output, exitCode }: { readonly output: string; readonly exitCode?: number },
): string {
  return `command: ${command}\nstdout: ${output}\nstderr: \nreturncode: ${exitCode ?? 0}`;
}

function print(words: string, code = 0): number {
  process.stdout.write(`${words}\n`);
  return code;
}

function fail(words: string): number {
  process.stderr.write(`Error: ${words}\n`);
  return 1;
}

if (import.meta.main) {
  process.on('SIGINT', () => {
    process.stdout.write('Bye\n');
    process.exit(0);
  });
  process.exitCode = await runVibe(process.argv.slice(2), process.env);
}
