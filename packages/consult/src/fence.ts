// Puts text from elsewhere into a prompt so that it cannot end its own frame.

/** The text between two lines of backticks, longer than any run of them inside. */
export function fence(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const marks = '`'.repeat(longest + 1);
  return `${marks}\n${text.replace(/\n$/, '')}\n${marks}`;
}
