// Serves the page: the built files and, for the addresses of its own router, index.html. No data and no secret is in them.

import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** For every answer, not only the page's. */
export const safetyHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly cache: string;
}

/** Where the built page lies: beside the bundle of the command, or in a checkout. */
export async function findPage(): Promise<string | undefined> {
  const here = dirname(fileURLToPath(import.meta.url));
  for (const way of ['../../apps/web/dist', '../../../apps/web/dist', '../../../../apps/web/dist']) {
    const folder = join(here, way);
    if ((await stat(join(folder, 'index.html')).catch(() => undefined)) !== undefined) return folder;
  }
  return undefined;
}

/** The file for a (decoded) path, or undefined when there is none inside the folder, links followed. */
export async function pageFile(folder: string, path: string): Promise<PageFile | undefined> {
  const wanted = /^\/(?:new|consult|[sc]\/[^/]+)?$/.test(path) ? '/index.html' : path;
  const type = types[extname(wanted)];
  if (type === undefined) return undefined;
  const root = await realpath(folder);
  const file = await realpath(join(root, wanted)).catch(() => undefined);
  if (file === undefined || !file.startsWith(root + sep)) return undefined;
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) return undefined;
  // Vite names assets by their content; everything else may change with the next build.
  const lasting = file.startsWith(join(root, 'assets') + sep);
  return { bytes, type, cache: lasting ? 'public, max-age=31536000, immutable' : 'no-cache' };
}
