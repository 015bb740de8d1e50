// Takes off what an agent puts around a tool's own output, each in its own way. No text looks like two of them.
export interface Unwrapped {
  readonly output: string;
  readonly exitCode?: number;
  /** The wrapping says that the tool failed, also where it names no exit code. */
  readonly failed?: boolean;
}

export function unwrap(text: string): Unwrapped {
  return unwrapKimi(text) ?? unwrapGemini(text) ?? unwrapCodex(text) ?? { output: trimmed(withoutFrame(text)) };
}

// codex 0.169.0. A patch given as a command comes wrapped twice.
function unwrapCodex(text: string): Unwrapped | undefined {
  const head = /^(?:Chunk ID: |Exit code: |Wall time: )[\s\S]*?^Output:\r?\n?/m.exec(text);
  if (head === null || head.index > 0) return undefined;
  const code = /(?:Process exited with code|Exit code:) (-?\d+)/.exec(head[0])?.[1];
  return { ...(code !== undefined && { exitCode: Number(code) }), ...unwrap(text.slice(head[0].length)) };
}

const GEMINI_SHELL = new RegExp(
  [
    String.raw`^(?:Command: [\s\S]*?\nDirectory: [^\n]*\n)?Output: (?<output>[\s\S]*?)`,
    String.raw`(?:\nError: (?<error>[^\n]*))?(?:\nExit Code: (?<code>-?\d+|\(none\)))?(?:\nSignal: (?<signal>[^\n]*))?`,
    String.raw`(?:\nBackground PIDs: [^\n]*)?\nProcess Group PGID: [^\n]*\s*$`,
  ].join(''),
);

// gemini 0.61.0 names only what went wrong; qwen 0.24.4, its descendant, names all lines and says `(none)`.
function unwrapGemini(text: string): Unwrapped | undefined {
  const groups = GEMINI_SHELL.exec(withoutFrame(text))?.groups;
  if (groups === undefined) return undefined;
  const { output = '', error = '(none)', code = '(none)', signal = '(none)' } = groups;
  return {
    output: output === '(empty)' ? '' : trimmed(output),
    ...(code !== '(none)' && { exitCode: Number(code) }),
    failed: error !== '(none)' || signal !== '(none)',
  };
}

// kimi-code 2.1.0. Codex writes its wall time with four decimals or one.
const KIMI_TIME = /^Wall time: \d+\.\d{3} seconds\n/;
const KIMI_FAILED = /^<system>ERROR: Tool execution failed\.<\/system>\n?/;
const KIMI_EXIT = /\n?Command failed with exit code: (-?\d+)\.\s*$/;
const KIMI_NOTE = /\n?<system>[^<]*<\/system>\s*$/;

function unwrapKimi(text: string): Unwrapped | undefined {
  const untimed = text.replace(KIMI_TIME, '');
  const failed = KIMI_FAILED.test(untimed);
  if (untimed === text && !failed && !KIMI_NOTE.test(text)) return undefined;
  const rest = untimed.replace(KIMI_FAILED, '');
  const code = failed ? KIMI_EXIT.exec(rest)?.[1] : undefined;
  if (code !== undefined) {
    // Said in place of an output that was empty.
    const said = rest.replace(KIMI_EXIT, '').replace(/^Process exited with code -?\d+$/, '');
    return { output: trimmed(said), exitCode: Number(code), failed };
  }
  const output = rest.replace(KIMI_NOTE, '').replace(/^Command executed successfully\.\s*$/, '');
  return { output: trimmed(output), failed };
}

// opencode 1.18.33 frames what it reads, gemini 0.61.0 what its shell and the web say.
const FRAMES = [
  /^<path>[^<]*<\/path>\n<type>file<\/type>\n<content>\n([\s\S]*?)(?:\n\n\([^\n]*\))?\n<\/content>\s*$/,
  /^<untrusted_context>\n([\s\S]*)\n<\/untrusted_context>\s*$/,
];

function withoutFrame(text: string): string {
  return FRAMES.reduce((rest, frame) => frame.exec(rest)?.[1] ?? rest, text);
}

// The indentation of the first line stays: a patch may have to quote it.
function trimmed(text: string): string {
  return text.replace(/^(?:[ \t]*\r?\n)+/, '').trimEnd();
}
