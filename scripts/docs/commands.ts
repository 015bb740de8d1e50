// The commands, as the command line itself explains them: what `--help` prints, for each command and each command of a command.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { atOnce } from '../lib/at-once.mjs';
import { inRoot } from '../lib/root.mjs';

const execute = promisify(execFile);

/** One heading and one help text for each command, in the order of the help. */
export async function commandPages(): Promise<string> {
  const main = await help([]);
  const tops = commandsIn(main);
  const pages = new Map<string, string>();
  await atOnce(tops, 2, async (top) => {
    const text = await help([top]);
    const inner = commandsIn(text);
    const texts = await Promise.all(inner.map((name) => help([top, name])));
    pages.set(
      top,
      [page([top], text), ...inner.map((name, index) => page([top, name], texts[index] ?? ''))].join('\n\n'),
    );
  });
  return [fenced(main), ...tops.map((top) => pages.get(top) ?? '')].join('\n\n');
}

/** The names below "Commands:". */
function commandsIn(text: string): readonly string[] {
  const [, list = ''] = /^Commands:\n((?: {2}.*\n?)*)/m.exec(text) ?? [];
  return [...list.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
}

function page(words: readonly string[], text: string): string {
  return `${words.length === 1 ? '##' : '###'} parley ${words.join(' ')}\n\n${fenced(text)}`;
}

const fenced = (text: string): string => `\`\`\`text\n${text.trimEnd()}\n\`\`\``;

/** Of the sources, in an environment that is the same everywhere: the help of `config` names the user's own file. */
async function help(words: readonly string[]): Promise<string> {
  const args = ['--conditions=source', inRoot('apps', 'cli', 'src', 'main.ts'), ...words, '--help'];
  const { stdout } = await execute(process.execPath, args, { env: { HOME: '/home/you', PATH: '/usr/bin:/bin' } });
  return stdout;
}
