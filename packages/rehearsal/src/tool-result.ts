// Reads what a tool said back. The texts are those of codex 0.169.0 and claude 2.1.329.
import { withoutReminders } from './person.ts';

export interface ToolResult {
  readonly ok: boolean;
  /** A person or a policy said no. */
  readonly declined: boolean;
  /** What the tool printed, without the agent's wrapping. */
  readonly output: string;
  readonly exitCode?: number;
  /** Codex's handle of a command that is still running. */
  readonly running?: number;
}

const DECLINED = new RegExp(
  [
    'rejected by user',
    "doesn't want to proceed with this tool use",
    'permission for this tool use was denied',
    'permission to use .* (has been|was) denied',
    "requested permissions .* but you haven't granted",
    'user rejected',
    'aborted by user',
    'declined by',
    String.raw`Rejected\(`,
  ].join('|'),
  'i',
);
// Claude's words for nothing.
const NO_OUTPUT = /^\(\w+ completed with no output\)$/;
// Codex marks a failure in the text only.
const CODEX_FAILED =
  /^(\w+ failed\b|apply_patch verification failed|patch rejected|failed in sandbox|aborted by user|unsupported call|error[: ])/i;

/** `failed` is the agent's own mark where its wire format has one. */
export function readToolResult(raw: string, failed: boolean): ToolResult {
  const text = withoutReminders(raw)
    .replace(/^\s*<tool_use_error>([\s\S]*)<\/tool_use_error>\s*$/, '$1')
    .replace(NO_OUTPUT, '');
  const wrapped = unwrapCodex(text);
  const exitCode = wrapped.exitCode ?? (failed ? claudeExitCode(text) : undefined);
  const running = /Process running with session ID (\d+)/.exec(text)?.[1];
  const isFailure = failed || CODEX_FAILED.test(text) || (exitCode !== undefined && exitCode !== 0);
  return {
    ok: !isFailure,
    declined: isFailure && DECLINED.test(text),
    output: wrapped.output,
    ...(exitCode !== undefined && { exitCode }),
    ...(running !== undefined && { running: Number(running) }),
  };
}

interface Unwrapped {
  readonly output: string;
  readonly exitCode?: number;
}

// A patch given as a command comes wrapped twice.
function unwrapCodex(text: string): Unwrapped {
  const head = /^(?:Chunk ID: |Exit code: |Wall time: )[\s\S]*?^Output:\r?\n?/m.exec(text);
  if (head === null || head.index > 0) return { output: trimmed(text) };
  const code = /(?:Process exited with code|Exit code:) (-?\d+)/.exec(head[0])?.[1];
  return { ...(code !== undefined && { exitCode: Number(code) }), ...unwrapCodex(text.slice(head[0].length)) };
}

// The indentation of the first line stays: a patch may have to quote it.
function trimmed(text: string): string {
  return text.replace(/^(?:[ \t]*\r?\n)+/, '').trimEnd();
}

function claudeExitCode(text: string): number | undefined {
  const code = /^Exit code (\d+)\b/.exec(text.trim())?.[1];
  return code === undefined ? undefined : Number(code);
}
