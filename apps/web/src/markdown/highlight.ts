// Colours for code, loaded when the first code block is complete. The highlighter only names kinds of tokens; CSS has the colours,
// so one pass serves both themes and no style attribute is written.

import { createCssVariablesTheme, createHighlighterCore } from 'shiki/core';
import type { HighlighterCore, LanguageInput } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';

export interface CodeToken {
  readonly text: string;
  /** `keyword`, `string`, …; absent for plain text. */
  readonly kind?: string;
}
export type CodeLine = readonly CodeToken[];

const grammars: Readonly<Record<string, () => Promise<LanguageInput>>> = {
  tsx: () => import('shiki/langs/tsx.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  bash: () => import('shiki/langs/bash.mjs'),
  python: () => import('shiki/langs/python.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
  toml: () => import('shiki/langs/toml.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  java: () => import('shiki/langs/java.mjs'),
  c: () => import('shiki/langs/c.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
};

/** TypeScript's own grammars are nearly the same as TSX's; one file serves them all. */
const aliases: Readonly<Record<string, string>> = {
  ts: 'tsx',
  typescript: 'tsx',
  js: 'tsx',
  javascript: 'tsx',
  jsx: 'tsx',
  mjs: 'tsx',
  cjs: 'tsx',
  mts: 'tsx',
  jsonc: 'json',
  json5: 'json',
  sh: 'bash',
  shell: 'bash',
  shellscript: 'bash',
  zsh: 'bash',
  console: 'bash',
  py: 'python',
  patch: 'diff',
  htm: 'html',
  xml: 'html',
  svg: 'html',
  md: 'markdown',
  yml: 'yaml',
  rs: 'rust',
  golang: 'go',
  h: 'c',
  cpp: 'c',
  'c++': 'c',
};

const prefix = '--tok-';
let core: Promise<HighlighterCore> | undefined;

/** The code's lines in kinds, or undefined for a language that is not here. */
export async function highlight(code: string, language: string): Promise<readonly CodeLine[] | undefined> {
  const name = aliases[language] ?? language;
  const grammar = Object.hasOwn(grammars, name) ? grammars[name] : undefined;
  if (grammar === undefined) return undefined;
  core ??= createHighlighterCore({
    engine: createJavaScriptRegexEngine({ forgiving: true }),
    themes: [createCssVariablesTheme({ name: 'parley', variablePrefix: prefix })],
    langs: [],
  });
  const highlighter = await core;
  await highlighter.loadLanguage(await grammar());
  const lines = highlighter.codeToTokensBase(code, { lang: name, theme: 'parley' });
  return lines.map((line) => line.map(({ content, color }) => ({ text: content, ...kindOf(color) })));
}

function kindOf(color: string | undefined): { readonly kind?: string } {
  const kind = new RegExp(`${prefix}token-([a-z-]+)`).exec(color ?? '')?.[1];
  return kind === undefined ? {} : { kind };
}
