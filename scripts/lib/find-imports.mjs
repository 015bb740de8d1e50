// Finds what a TypeScript or JavaScript file imports, types too, without a parser (TypeScript 7 offers none to programs).

const patterns = [
  // import … from 'x', export … from 'x', import 'x': each begins a line in formatted code, and may go over several.
  /^[ \t]*(?:import|export)\b(?:[^;'"`]*?\bfrom)?\s*(['"])(?<specifier>[^'"\n]+)\1/gm,
  // import('x'), as a value or as a type.
  /\bimport\(\s*(['"])(?<specifier>[^'"\n]+)\1/g,
];

/**
 * @param {string} text
 * @returns {{ specifier: string, line: number }[]}
 */
export function findImports(text) {
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)]
      .filter((match) => !isComment(text, match.index))
      .map((match) => ({
        specifier: match.groups?.['specifier'] ?? '',
        line: text.slice(0, match.index + match[0].length).split('\n').length,
      })),
  );
}

/**
 * Whether the line up to this place is a comment (import() in JSDoc types of .mjs files counts as one: it is gone at run time).
 * @param {string} text
 * @param {number} index
 */
function isComment(text, index) {
  return /^\s*(\/\/|\/?\*)/.test(text.slice(text.lastIndexOf('\n', index) + 1, index));
}
