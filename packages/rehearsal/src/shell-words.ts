// Shell commands for agents that offer nothing but a shell. POSIX sh, safe for any file name and text.

export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) && !word.startsWith('-') ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

export function writeCommand(path: string, content: string): string {
  const write = content === '' ? `: > ${quote(path)}` : `printf '%s\\n' ${quoted(content)} > ${quote(path)}`;
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
  return folder === '' ? write : `mkdir -p -- ${quote(folder)} && ${write}`;
}

export function appendCommand(path: string, content: string): string {
  return `printf '%s\\n' ${quoted(content)} >> ${quote(path)}`;
}

/** Says so and fails when the text is not there: `sed` alone would succeed without a change. */
export function replaceCommand(path: string, from: string, to: string): string {
  const pattern = from.replace(/[\\/.*[\]^$]/g, String.raw`\$&`);
  const replacement = to.replace(/[\\/&]/g, String.raw`\$&`).replaceAll('\n', '\\\n');
  const file = quote(path);
  // Codex refuses any `rm -f`. `-i` with a suffix is the one spelling that GNU and BSD sed share.
  const edit = `sed -i.before -e ${quoted(`s/${pattern}/${replacement}/g`)} -- ${file} && rm -- ${quote(`${path}.before`)}`;
  return `if grep -qF -e ${quoted(from)} -- ${file}; then ${edit}; else echo ${quoted(`${path} does not hold that text`)} >&2; exit 1; fi`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
