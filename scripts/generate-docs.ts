// Writes the generated parts of the pages in docs/ anew. Run with `node scripts/docs.mjs`; a test fails while a page is not up to date.

import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'oxfmt';
import type { FormatConfig } from 'oxfmt';
import { capabilityTable, factTable, policyTables } from './docs/agents.ts';
import { fillBlocks } from './docs/blocks.ts';
import { commandPages } from './docs/commands.ts';
import { configurationTable } from './docs/configuration.ts';
import { gatewayVariableTable, ownVariableTable } from './docs/environment.ts';
import { errorTable } from './docs/errors.ts';
import { optionTable } from './docs/options.ts';
import { gridTables, subjectTable } from './docs/grid.ts';
import { eventTable, routeTable } from './docs/routes.ts';
import { isMain } from './lib/is-main.mjs';
import { inRoot } from './lib/root.mjs';

interface Page {
  /** In the repository. */
  readonly path: string;
  readonly parts: () => Promise<Readonly<Record<string, string>>>;
}

export const pages: readonly Page[] = [
  { path: 'docs/cli.md', parts: async () => ({ commands: await commandPages() }) },
  { path: 'docs/configuration.md', parts: async () => ({ configuration: configurationTable() }) },
  {
    path: 'docs/environment.md',
    parts: async () => ({ own: ownVariableTable(), gateway: gatewayVariableTable() }),
  },
  { path: 'docs/errors.md', parts: async () => ({ errors: errorTable() }) },
  {
    path: 'docs/agents.md',
    parts: async () => ({ facts: factTable(), capabilities: capabilityTable(), policies: policyTables() }),
  },
  { path: 'docs/options.md', parts: async () => ({ options: optionTable() }) },
  { path: 'docs/grid.md', parts: async () => ({ subjects: subjectTable(), grid: gridTables() }) },
  { path: 'docs/api.md', parts: async () => ({ routes: await routeTable(), events: eventTable() }) },
];

/** A page as it stands, and as it should stand. */
export async function compare({ path, parts }: Page): Promise<{ readonly now: string; readonly wanted: string }> {
  const now = await readFile(inRoot(path), 'utf8');
  const { code, errors } = await format(path, fillBlocks(now, await parts()), await formatOptions());
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  return { now, wanted: code };
}

/** The repository's own, whose file has comments. */
async function formatOptions(): Promise<FormatConfig> {
  const text = await readFile(inRoot('.oxfmtrc.json'), 'utf8');
  return JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, ''));
}

if (isMain(import.meta.url)) {
  for (const page of pages) {
    const { now, wanted } = await compare(page);
    if (now !== wanted) await writeFile(inRoot(page.path), wanted);
    process.stdout.write(`${page.path}: ${now === wanted ? 'up to date' : 'written'}\n`);
  }
}
