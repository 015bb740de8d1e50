// Carries out understood tasks with the agent's own tools and reports what the tools said.
import type { Conversation, Tool } from './conversation.ts';
import { editing, patching, reading, running, toolFor, writing, type Job } from './jobs.ts';
import { say, use, type Work } from './moves.ts';
import { deleteFilePatch, replacePatch } from './patch.ts';
import { appendCommand, quote } from './shell-words.ts';
import { titleOf, type Task } from './task.ts';
import type { ToolResult } from './tool-result.ts';
import { callTool, callWithArguments, findTool, isScripted, workingFolder, type ToolKind } from './tools.ts';
import { block, essay, NAME_AN_OLDER_MODEL, thoughts, WHAT_IT_CAN } from './words.ts';

/** The tools at hand in one request. */
interface Hands {
  readonly tool: (kind: ToolKind) => Tool | undefined;
  readonly toolFor: (job: Job) => Tool | undefined;
  readonly call: (tool: Tool, job: Job) => Work<ToolResult>;
  /** What helps where there is no tool for a job; empty when nothing is known to. */
  readonly help: string;
}

/** Does the tasks in order and stops at the first that fails, saying what is left undone. */
export function* perform(tasks: readonly Task[], conversation: Conversation): Work<void> {
  const cwd = workingFolder(conversation);
  const hands: Hands = {
    tool: (kind) => findTool(conversation.tools, kind),
    toolFor: (job) => toolFor(job, conversation.tools),
    call: (tool, job) => use(callTool(tool, job.given, cwd)),
    help: conversation.tools.some(isScripted) ? ` ${NAME_AN_OLDER_MODEL}` : '',
  };
  const plan = tasks.length > 1 ? hands.tool('plan') : undefined;
  for (const [index, task] of tasks.entries()) {
    if (plan !== undefined) yield* showPlan(plan, tasks, index);
    if (yield* performOne(task, hands)) continue;
    const left = tasks.slice(index + 1);
    if (left.length > 0) yield* say(`I stop here. Not done: ${left.map(titleOf).join('; ')}.`);
    return;
  }
  if (plan !== undefined) yield* showPlan(plan, tasks, tasks.length);
}

function performOne(task: Task, hands: Hands): Work<boolean> {
  switch (task.kind) {
    case 'write':
      return write(task.path, task.content, hands);
    case 'replace':
      return replace(task.path, task.from, task.to, hands);
    case 'read':
      return oneCall(`read \`${task.path}\``, reading(task.path), hands, `\`${task.path}\` says:`);
    case 'append':
      return shell(
        `add to \`${task.path}\``,
        appendCommand(task.path, task.content),
        hands,
        `Added to \`${task.path}\`.`,
      );
    case 'folder':
      return shell(
        `create the folder \`${task.path}\``,
        `mkdir -p -- ${quote(task.path)}`,
        hands,
        `The folder \`${task.path}\` is there.`,
      );
    case 'delete':
      return remove(task.path, hands);
    case 'list':
      return shell('list the folder', task.path === undefined ? 'ls -la' : `ls -la -- ${quote(task.path)}`, hands);
    case 'run':
      return shell(`run \`${task.command}\``, task.command, hands, undefined, task.outsideSandbox);
    case 'think':
      return think(task.about);
    case 'say':
      return done(task.text);
    case 'essay':
      return done(essay(task.about, task.words));
    case 'introduce':
      return done(WHAT_IT_CAN);
  }
}

function* write(path: string, content: string, hands: Hands): Work<boolean> {
  const job = writing(path, content);
  const tool = hands.toolFor(job);
  if (tool === undefined) return yield* missing(`write \`${path}\``, hands);
  yield* say(`I will write \`${path}\` with the agent's \`${tool.name}\` tool.`);
  let result = yield* hands.call(tool, job);
  const reader = hands.tool('read');
  // Claude's Write overwrites only what was read before.
  if (!result.ok && reader !== undefined && /not been read|read it first/i.test(result.output)) {
    yield* say(`\`${path}\` is there already and has to be read first.`);
    yield* hands.call(reader, reading(path));
    result = yield* hands.call(tool, job);
  }
  return yield* report(result, `Wrote \`${path}\`.`);
}

function* replace(path: string, from: string, to: string, hands: Hands): Work<boolean> {
  const editor = hands.tool('edit');
  const reader = hands.tool('read');
  const success = `Replaced \`${from}\` with \`${to}\` in \`${path}\`.`;
  if (editor !== undefined && reader !== undefined) {
    // Claude's Edit wants the file read first.
    yield* say(`I will read \`${path}\` and edit it with the agent's \`${editor.name}\` tool.`);
    const before = yield* hands.call(reader, reading(path));
    if (!before.ok) return yield* report(before, '');
    return yield* report(yield* hands.call(editor, editing(path, from, to)), success);
  }
  const patcher = hands.tool('patch');
  const sh = hands.tool('shell');
  if (patcher === undefined || sh === undefined || from.includes('\n')) {
    return yield* oneCall(`edit \`${path}\``, editing(path, from, to), hands, success);
  }
  yield* say(`I will read \`${path}\` and patch it with the agent's \`${patcher.name}\` tool.`);
  const before = yield* hands.call(sh, reading(path));
  if (!before.ok) return yield* report(before, '');
  const patch = replacePatch(path, before.output, from, to);
  if (patch !== undefined) return yield* report(yield* hands.call(patcher, patching(patch)), success);
  yield* say(`\`${path}\` does not hold \`${from}\`; I changed nothing.`);
  return false;
}

function* remove(path: string, hands: Hands): Work<boolean> {
  const patcher = hands.tool('patch');
  const job =
    patcher === undefined
      ? running(`rm -- ${quote(path)}`, 'Delete the file as asked')
      : patching(deleteFilePatch(path));
  return yield* oneCall(`delete \`${path}\``, job, hands, `Deleted \`${path}\`.`);
}

function shell(what: string, command: string, hands: Hands, success?: string, outsideSandbox = false): Work<boolean> {
  return oneCall(what, running(command, `Rehearsal: ${what.replaceAll('`', '')}`, outsideSandbox), hands, success);
}

function* oneCall(what: string, job: Job, hands: Hands, success?: string): Work<boolean> {
  const tool = hands.toolFor(job);
  if (tool === undefined) return yield* missing(what, hands);
  yield* say(`I will ${what} with the agent's \`${tool.name}\` tool.`);
  const result = yield* ended(yield* hands.call(tool, job), hands);
  const code = result.exitCode === undefined ? '' : ` with exit code ${result.exitCode}`;
  return yield* report(result, success ?? `The command ended${code}.`);
}

/** Codex hands back a command that takes long; this waits for its end. */
function* ended(first: ToolResult, hands: Hands): Work<ToolResult> {
  const wait = hands.tool('wait');
  let result = first;
  let output = first.output;
  while (result.running !== undefined && wait !== undefined) {
    result = yield* use(callWithArguments(wait, { session_id: result.running, chars: '', yield_time_ms: 30_000 }));
    output = [output, result.output].filter(Boolean).join('\n');
  }
  return { ...result, output };
}

function* think(about: string): Work<boolean> {
  yield { kind: 'reason', text: thoughts(about) };
  yield* say('I have shown some reasoning, but it is only rehearsed: I cannot really think.');
  return true;
}

function* done(text: string): Work<boolean> {
  yield* say(text);
  return true;
}

function* missing(what: string, { help }: Hands): Work<boolean> {
  yield* say(`I cannot ${what}: the agent offers me no tool for it in this request.${help}`);
  return false;
}

function* report(result: ToolResult, success: string): Work<boolean> {
  const said = result.output === '' ? '' : `\n\n${block(result.output)}`;
  const code = result.exitCode === undefined ? '' : ` with exit code ${result.exitCode}`;
  if (result.ok) yield* say(`${success}${said || ' The tool printed nothing.'}`);
  else if (result.declined) yield* say(`That was declined, so it is not done. The tool said:${said || ' nothing.'}`);
  else yield* say(`That failed${code}. The tool said:${said || ' nothing.'}`);
  return result.ok;
}

function* showPlan(tool: Tool, tasks: readonly Task[], current: number): Work<void> {
  const plan = tasks.map((task, index) => ({
    step: titleOf(task),
    status: index < current ? 'completed' : index === current ? 'in_progress' : 'pending',
  }));
  yield* use(callWithArguments(tool, { plan }));
}
