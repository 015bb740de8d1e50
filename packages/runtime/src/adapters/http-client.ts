// Requests to the server behind the http adapter: loopback only, with its password, answers in bounded memory.

import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';

export interface HttpServer {
  readonly url: URL;
  /** Value of the Authorization header. */
  readonly authorization: string;
}

export interface HttpRequest {
  readonly method: string;
  /** With its query, from `/` on. */
  readonly path: string;
  readonly body?: unknown;
  /** Milliseconds until it is given up. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const keepAlive = new Agent({ keepAlive: true });

/** Rejects when there is no answer, in time or at all, or when it is longer than `maxBytes`. */
export async function ask(server: HttpServer, wanted: HttpRequest, maxBytes: number): Promise<HttpAnswer> {
  const late = AbortSignal.timeout(wanted.timeoutMs);
  try {
    const answer = await send(server, wanted, { accept: 'application/json' }, late);
    return { status: answer.statusCode ?? 0, text: await readText(answer, maxBytes) };
  } catch (error) {
    throw late.aborted ? new Error(`No answer in time: ${wanted.timeoutMs} ms.`, { cause: error }) : error;
  }
}

async function readText(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    const bytes: Buffer = chunk;
    length += bytes.length;
    if (length > maxBytes) throw new Error(`The answer is longer than ${maxBytes} bytes.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The server has no stream of events for us: it is there, and said no. */
export class EventsRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'EventsRefused';
    this.status = status;
  }
}

/** The open stream of events. Rejects with `EventsRefused` when the server answers with anything but 200. */
export async function openEvents(server: HttpServer, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = { accept: 'text/event-stream', 'cache-control': 'no-cache' };
  const answer = await send(server, { method: 'GET', path, timeoutMs: 0 }, headers, signal);
  if (answer.statusCode === 200) return answer;
  const text = await readText(answer, 64 * 1024);
  throw new EventsRefused(
    answer.statusCode ?? 0,
    `GET ${path} gave status ${answer.statusCode}: ${text.slice(0, 2000)}`,
  );
}

function send(
  { url, authorization }: HttpServer,
  { method, path, body }: HttpRequest,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        method,
        path,
        agent: keepAlive,
        signal,
        headers: {
          ...headers,
          authorization,
          ...(bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': bytes.length }),
        },
      },
      resolve,
    );
    sent.once('error', reject);
    sent.end(bytes);
  });
}

/** The first address of a server on this machine that a line names; undefined when there is none. */
export function listeningUrl(line: string): URL | undefined {
  for (const [text] of line.matchAll(/http:\/\/[^\s"'<>]+/g)) {
    const url = URL.parse(text);
    if (url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) return url;
  }
  return undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
