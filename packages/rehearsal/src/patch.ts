// Writes patches in codex's apply_patch form.

export function addFilePatch(path: string, content: string): string {
  // "Add File" wants at least one line; an empty file becomes one empty line.
  const lines = content.replace(/\n$/, '').split('\n');
  return wrap([`*** Add File: ${path}`, ...lines.map((line) => `+${line}`)]);
}

export function deleteFilePatch(path: string): string {
  return wrap([`*** Delete File: ${path}`]);
}

/** Replaces in every line that holds `from`; undefined when no line does. `from` must be within one line. */
export function replacePatch(path: string, content: string, from: string, to: string): string | undefined {
  const changed = content.split('\n').filter((line) => line.includes(from));
  if (changed.length === 0) return undefined;
  const hunks = changed.flatMap((line) => [
    '@@',
    `-${line}`,
    ...line
      .replaceAll(from, to)
      .split('\n')
      .map((part) => `+${part}`),
  ]);
  return wrap([`*** Update File: ${path}`, ...hunks]);
}

function wrap(lines: readonly string[]): string {
  return ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
}
