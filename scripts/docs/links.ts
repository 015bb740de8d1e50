// Links of a page in Markdown that lead nowhere. Addresses on the network are not looked at.

import { posix } from 'node:path';

interface Files {
  /** Paths in the repository. */
  readonly isThere: (path: string) => boolean;
  readonly read: (path: string) => string;
}

/** The targets of broken links. `folder`: of the page, in the repository. */
export function brokenLinks(page: string, folder: string, { isThere, read }: Files): readonly string[] {
  return linksIn(page).filter((link) => {
    if (/^[a-z][a-z+.-]*:/i.test(link)) return false;
    const [target = '', anchor] = link.split('#', 2);
    const path = posix.join(folder, target);
    if (target !== '' && (path.startsWith('..') || !isThere(path))) return true;
    if (anchor === undefined || (target !== '' && !path.endsWith('.md'))) return false;
    return !anchorsIn(target === '' ? page : read(path)).has(anchor);
  });
}

function linksIn(page: string): readonly string[] {
  return [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
}

/** As GitHub makes them of headings. */
function anchorsIn(page: string): ReadonlySet<string> {
  const headings = [...page.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)];
  return new Set(
    headings.map(([, words = '']) =>
      words
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const withoutCode = (page: string): string =>
  page.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').replaceAll(/`[^`\n]*`/g, '');
