// Codex wraps what the model asked for: `/bin/bash -lc 'echo hi > a.txt'`. People want to see `echo hi > a.txt`.

const wrapper = /^(?:\/[^\s'"\\]*\/)?(?:bash|zsh|sh) -l?c /;

/** The script inside a shell wrapper where that is exact (one shell word and nothing after it), else the command as it is. */
export function unwrapShell(command: string): string {
  const head = wrapper.exec(command)?.[0];
  if (head === undefined) return command;
  const script = readWord(command, head.length);
  return script ?? command;
}

/** The one POSIX shell word from `at` to the end, unquoted; undefined when there is more than one or it is not plain text. */
function readWord(text: string, at: number): string | undefined {
  let word = '';
  let i = at;
  while (i < text.length) {
    const char = text.charAt(i);
    if (char === "'") {
      const end = text.indexOf("'", i + 1);
      if (end === -1) return undefined;
      word += text.slice(i + 1, end);
      i = end + 1;
    } else if (char === '"') {
      const quoted = readDoubleQuoted(text, i + 1);
      if (quoted === undefined) return undefined;
      word += quoted.text;
      i = quoted.next;
    } else if (char === '\\') {
      if (i + 1 >= text.length) return undefined;
      word += text.charAt(i + 1);
      i += 2;
    } else if (/[\s;&|<>()$`*?[\]{}#~!]/.test(char)) {
      return undefined;
    } else {
      word += char;
      i++;
    }
  }
  return word === '' ? undefined : word;
}

function readDoubleQuoted(text: string, at: number): { readonly text: string; readonly next: number } | undefined {
  let inside = '';
  for (let i = at; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '"') return { text: inside, next: i + 1 };
    if (char === '$' || char === '`') return undefined;
    if (char === '\\' && /["\\$`]/.test(text.charAt(i + 1))) inside += text.charAt(++i);
    else inside += char;
  }
  return undefined;
}
