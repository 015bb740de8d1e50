// Reads what a tool said back. The texts are those of codex 0.169.0, claude 2.1.329, gemini 0.61.0, opencode 1.18.33,
// kimi-code 2.1.0 and qwen 0.24.4.
import { withoutReminders } from './person.ts';
import { unwrap } from './tool-wrapping.ts';

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
    // gemini and qwen
    'was cancell?ed by (the )?user',
    'did not allow tool call',
    'requires (user|manual) (approval|confirmation)',
    'denied by policy',
    // kimi
    'approval request was cancelled',
    'denied by permission (policy|rule)',
    // opencode
    'specified a rule which prevents you',
  ].join('|'),
  'i',
);
// Claude's and opencode's words for nothing.
const NO_OUTPUT = /^\((?:\w+ completed with )?no output\)$/;
// Codex, opencode and qwen mark a failure in the text only. Opencode does not say how a command ended.
const FAILED = new RegExp(
  [
    String.raw`^(\w+ failed\b|apply_patch verification failed|patch rejected|failed in sandbox|aborted by user|unsupported call|error[: ])`,
    '^(File not found: |Could not find oldString |Found multiple matches for oldString)',
    '^The user (rejected permission to use|has specified a rule which prevents)',
    String.raw`^(File path must be absolute|Failed to edit, |File \S+ has not been read in this session)`,
  ].join('|'),
  'i',
);

/** `failed` is the agent's own mark where its wire format has one. */
export function readToolResult(raw: string, failed: boolean): ToolResult {
  const text = withoutReminders(raw)
    .replace(/^\s*<tool_use_error>([\s\S]*)<\/tool_use_error>\s*$/, '$1')
    .replace(NO_OUTPUT, '');
  const wrapped = unwrap(text);
  const exitCode = wrapped.exitCode ?? (failed ? claudeExitCode(text) : undefined);
  const running = /Process running with session ID (\d+)/.exec(text)?.[1];
  const isFailure =
    failed || wrapped.failed === true || FAILED.test(text) || (exitCode !== undefined && exitCode !== 0);
  return {
    ok: !isFailure,
    declined: isFailure && DECLINED.test(text),
    output: wrapped.output,
    ...(exitCode !== undefined && { exitCode }),
    ...(running !== undefined && { running: Number(running) }),
  };
}

function claudeExitCode(text: string): number | undefined {
  const code = /^Exit code (\d+)\b/.exec(text.trim())?.[1];
  return code === undefined ? undefined : Number(code);
}
