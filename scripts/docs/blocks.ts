// The generated parts of a page: between two comments that name them, in a page that is otherwise written by hand.

/** Puts new text between the marks. Throws when a part has no place in the page, or the page has a place for a part that there is not. */
export function fillBlocks(page: string, parts: Readonly<Record<string, string>>): string {
  const missing = new Set(Object.keys(parts));
  const filled = page.replaceAll(block, (_all, opening: string, name: string, closing: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`nothing generates "${name}"`);
    missing.delete(name);
    return `${opening}\n\n${part.trim()}\n\n${closing}`;
  });
  if (missing.size > 0) throw new Error(`the page has no place for: ${[...missing].join(', ')}`);
  return filled;
}

const block = /(<!-- generated: ([\w-]+) -->)[\s\S]*?(<!-- end of \2 -->)/g;
