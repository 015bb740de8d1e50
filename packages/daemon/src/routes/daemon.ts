// Routes of the daemon itself: health, pairing, folders for pickers, configuration, stopping.

import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { DaemonViewSchema, FolderPageSchema, PairingLinkSchema, ParleyError, StopDaemonSchema } from '@parley/schema';
import type { FolderPage } from '@parley/schema';
import type { Daemon } from '../daemon.ts';
import { cookieName } from '../gate/gate.ts';
import { route, streamed } from '../http/route.ts';
import type { Route } from '../http/route.ts';

/** Seconds that a paired browser stays paired. */
const cookieSeconds = 180 * 24 * 3600;

export function daemonRoutes(daemon: Daemon): readonly Route[] {
  const { credentials, configuration, view, stop } = daemon;
  const cookie = `${cookieName}=${credentials.cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${cookieSeconds}`;
  const redeem = (code: string): void => {
    if (!credentials.redeem(code))
      throw new ParleyError('pairing_code_invalid', 'This pairing code has been used or is too old.');
  };
  return [
    route({
      method: 'GET',
      path: '/healthz',
      summary: 'Whether the daemon is up',
      scope: 'none',
      status: 200,
      answer: z.object({ ok: z.boolean(), version: z.string() }),
      handle: () => Promise.resolve({ ok: true, version: view().version }),
    }),
    route({
      method: 'GET',
      path: '/pair',
      summary: 'Exchange a one-time pairing code for a cookie and go to the page',
      scope: 'none',
      query: z.object({ code: z.string().max(200).default('') }),
      status: 303,
      handle: ({ query, response }) => {
        // A used link leads to the page too: a browser that is paired already is fine, another one is told there what to do.
        const paired = credentials.redeem(query.code);
        response
          .writeHead(303, { location: '/', 'cache-control': 'no-store', ...(paired ? { 'set-cookie': cookie } : {}) })
          .end();
        return Promise.resolve(streamed);
      },
    }),
    route({
      method: 'POST',
      path: '/api/pair',
      summary: 'Exchange a one-time pairing code for a cookie',
      scope: 'none',
      body: z.strictObject({ code: z.string().min(1).max(200) }),
      status: 204,
      handle: ({ body, response }) => {
        redeem(body.code);
        response.writeHead(204, { 'set-cookie': cookie, 'cache-control': 'no-store' }).end();
        return Promise.resolve(streamed);
      },
    }),
    route({
      method: 'POST',
      path: '/api/pairing-links',
      summary: 'Make a one-time pairing link for another browser',
      scope: 'admin',
      status: 201,
      answer: PairingLinkSchema,
      handle: () => {
        const { address } = view();
        if (address === undefined)
          throw new ParleyError(
            'daemon_unreachable',
            'The page is not open: this daemon has no TCP port. Run `parley serve`.',
          );
        const { code, expiresAt } = credentials.invite();
        return Promise.resolve({ url: `${address}pair?code=${code}`, expiresAt });
      },
    }),
    route({
      method: 'GET',
      path: '/api/daemon',
      summary: 'Pid, socket, address, version and memory of the daemon',
      scope: 'use',
      status: 200,
      answer: DaemonViewSchema,
      handle: () => Promise.resolve(view()),
    }),
    route({
      method: 'POST',
      path: '/api/daemon/stop',
      summary: 'Stop the daemon; working turns go on and are taken up by the next one, unless they are ended too',
      scope: 'admin',
      body: StopDaemonSchema.optional(),
      status: 202,
      answer: z.object({ stopping: z.boolean() }),
      handle: ({ body }) => {
        stop(body?.runs ?? 'keep');
        return Promise.resolve({ stopping: true });
      },
    }),
    route({
      method: 'GET',
      path: '/api/config',
      summary: 'The effective configuration, with where each value came from',
      scope: 'use',
      status: 200,
      answer: z.object({ entries: z.array(z.object({ key: z.string(), value: z.unknown(), origin: z.string() })) }),
      handle: () => Promise.resolve({ entries: configuration.entries }),
    }),
    route({
      method: 'GET',
      path: '/api/folders',
      summary: 'The folders inside a folder',
      scope: 'use',
      query: z.object({ path: z.string().max(4096).optional() }),
      status: 200,
      answer: FolderPageSchema,
      handle: ({ query }) => foldersIn(query.path ?? homedir()),
    }),
  ];
}

const maxFolders = 1000;

async function foldersIn(asked: string): Promise<FolderPage> {
  const path = resolve(asked);
  if (!isAbsolute(asked)) throw new ParleyError('folder_missing', `"${asked}" is not an absolute path.`);
  const entries = await readdir(path, { withFileTypes: true }).catch(() => {
    throw new ParleyError('folder_missing', `The folder "${path}" does not exist or cannot be read.`);
  });
  const folders: string[] = [];
  for (const entry of entries) {
    const linked =
      entry.isSymbolicLink() && (await stat(resolve(path, entry.name)).catch(() => undefined))?.isDirectory();
    if (entry.isDirectory() || linked === true) folders.push(entry.name);
  }
  folders.sort((a, b) => a.localeCompare(b));
  const parent = dirname(path);
  return { path, ...(parent === path ? {} : { parent }), folders: folders.slice(0, maxFolders) };
}
