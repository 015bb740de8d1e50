// An agent that is spoken to over HTTP, as lines: requests come in on stdin, answers and server-sent events go out on stdout, so that
// a run of it is spooled, replayed and adopted like any other. See README.md for the lines.

import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { readArguments } from './arguments.ts';
import { exitCode, startChild } from './child.ts';
import { ask, listeningUrl, messageOf } from './http-client.ts';
import type { HttpRequest, HttpServer } from './http-client.ts';
import { followEvents, jsonOf } from './http-events.ts';
import type { EventSource } from './http-events.ts';
import { tell } from './io.ts';
import type { AdapterIo } from './io.ts';
import { LineSplitter } from './line-splitter.ts';

const flags = ['--events', '--password-env', '--user', '--ignore', '--silence-ms', '--grace-ms'];
const maxLineBytes = 32 * 1024 * 1024;
/** Requests under way at once; more of them wait on stdin. */
const maxRequests = 32;
const requestTimeoutMs = 120_000;
/** How long the last events of a server that has ended may take to come out of its socket. */
const lastEventsMs = 500;

/**
 * `--events /event --password-env NAME [--user opencode] [--ignore type,type] [--silence-ms 60000] [--grace-ms 3000] -- command…`
 *
 * Resolves, when the command has ended, to the exit code for this process. Throws `ParleyError` for wrong arguments.
 */
export async function runHttpAdapter(argv: readonly string[], io: AdapterIo): Promise<number> {
  const { command, value } = readArguments(argv, flags);
  const passwordEnv = value('--password-env');
  const password = randomBytes(32).toString('base64url');
  const child = startChild(command, io, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: passwordEnv === undefined ? {} : { [passwordEnv]: password },
    graceMs: Number(value('--grace-ms') ?? 3000),
  });
  const releaseSignals = io.onSignal(() => child.end());
  const found = Promise.withResolvers<HttpServer>();
  const authorization = `Basic ${Buffer.from(`${value('--user') ?? 'opencode'}:${password}`).toString('base64')}`;
  child.process.stderr?.pipe(io.stderr, { end: false });
  drain(child.process.stdout, io, (url) => found.resolve({ url, authorization }));

  const stop = new AbortController();
  let isGone = false;
  const following = follow(io, found.promise, stop.signal, {
    path: value('--events') ?? '/event',
    ignored: new Set((value('--ignore') ?? '').split(',').filter((type) => type !== '')),
    maxEventBytes: maxLineBytes,
    silenceMs: Number(value('--silence-ms') ?? 60_000),
    isGone: () => isGone,
  });
  const onEnd = (): void => child.end();
  // Beside the child, whose end decides.
  void readRequests(io, found.promise).then(onEnd, onEnd);

  const exit = await child.exited;
  isGone = true;
  found.reject(new Error('The program has ended.'));
  releaseSignals();
  await Promise.race([following, setTimeout(lastEventsMs, undefined, { ref: false })]);
  stop.abort();
  io.stdin.destroy();
  await tell(io, JSON.stringify({ adapter: 'exited', ...exit }));
  return exitCode(exit);
}

async function follow(
  io: AdapterIo,
  found: Promise<HttpServer>,
  stop: AbortSignal,
  source: Omit<EventSource, 'server'>,
): Promise<void> {
  let server: HttpServer;
  try {
    server = await found;
  } catch {
    return; // It ended before it said where it listens: there is nothing to follow.
  }
  let isReady = false;
  await followEvents(io, { ...source, server }, stop, () => {
    if (!isReady) void tell(io, '{"adapter":"ready"}');
    isReady = true;
  });
}

/** Reads the server's stdout to its end, first for its address. What it says is for people. */
function drain(stdout: Readable | null, io: AdapterIo, listening: (url: URL) => void): void {
  const lines = new LineSplitter(64 * 1024);
  const look = (chunk: Buffer): void => {
    io.stderr.write(chunk);
    for (const line of lines.push(chunk)) {
      const url = line === undefined ? undefined : listeningUrl(line);
      if (url === undefined) continue;
      stdout?.off('data', look).pipe(io.stderr, { end: false });
      listening(url);
      return;
    }
  };
  stdout?.on('data', look);
}

/** Until the end of stdin. */
async function readRequests(io: AdapterIo, server: Promise<HttpServer>): Promise<void> {
  const lines = new LineSplitter(maxLineBytes);
  const running = new Set<Promise<void>>();
  for await (const chunk of io.stdin) {
    for (const line of lines.push(chunk)) {
      if (line === '') continue;
      const request = line === undefined ? undefined : readRequest(line);
      if (request === undefined) {
        await tell(io, '{"adapter":"request-refused","reason":"not a request, or too long"}');
        continue;
      }
      const answer = perform(io, request, server).finally(() => running.delete(answer));
      running.add(answer);
      if (running.size >= maxRequests) await Promise.race(running);
    }
  }
}

interface IdentifiedRequest extends HttpRequest {
  readonly id: string;
}

function readRequest(line: string): IdentifiedRequest | undefined {
  const value = jsonOf(line)?.value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, method, path, body, timeoutMs }: Readonly<Record<string, unknown>> = { ...value };
  if (typeof id !== 'string' || typeof method !== 'string' || typeof path !== 'string' || !path.startsWith('/'))
    return undefined;
  return { id, method, path, body, timeoutMs: typeof timeoutMs === 'number' ? timeoutMs : requestTimeoutMs };
}

async function perform(io: AdapterIo, request: IdentifiedRequest, server: Promise<HttpServer>): Promise<void> {
  const { id } = request;
  try {
    const { status, text } = await ask(await server, request, maxLineBytes);
    const body = jsonOf(text)?.value ?? text;
    await tell(io, JSON.stringify({ id, status, body }));
  } catch (error) {
    await tell(io, JSON.stringify({ id, error: messageOf(error) }));
  }
}
