// One request to the daemon and its answer; whatever goes wrong becomes an error of the catalogue.

import type { ErrorAnswer } from '@parley/schema';
import { failure, failureOf } from './failure.ts';
import type { Transport, TransportAnswer, TransportRequest } from './transport.ts';

export interface Call {
  readonly method: TransportRequest['method'];
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends it and reads the JSON answer (undefined when there is none).
 * Throws the daemon's own `ParleyError`, `daemon_unreachable`, or the signal's reason.
 */
export async function call<Answer>(transport: Transport, request: Call): Promise<Answer> {
  const answer = await open(transport, request);
  const text = await unlessCut(transport, request, answer.text());
  // The daemon's answers are typed by the contract and checked on its side.
  return (text === '' ? undefined : parse(text)) as Answer;
}

/** As `call`, for an answer that is no JSON. */
export async function callText(transport: Transport, request: Call): Promise<string> {
  const answer = await open(transport, request);
  return unlessCut(transport, request, answer.text());
}

/** As `call`, for an answer of one JSON object a line. */
export async function* callLines<Line>(transport: Transport, request: Call): AsyncGenerator<Line> {
  const answer = await open(transport, request);
  const decoder = new TextDecoder();
  let rest = '';
  const chunks = answer.chunks()[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await unlessCut(transport, request, chunks.next());
      const lines = (
        rest + (step.done === true ? decoder.decode() : decoder.decode(step.value, { stream: true }))
      ).split('\n');
      rest = step.done === true ? '' : (lines.pop() ?? '');
      for (const line of lines) if (line !== '') yield parse(line) as Line;
      if (step.done === true) return;
    }
  } finally {
    await chunks.return?.();
  }
}

async function open(transport: Transport, { method, path, body, signal }: Call): Promise<TransportAnswer> {
  const request: TransportRequest = {
    method,
    path,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal !== undefined && { signal }),
  };
  signal?.throwIfAborted();
  const answer = await unlessCut(transport, { method, path, signal }, transport.send(request));
  if (answer.status < 400) return answer;
  throw await refusal(`${method} ${path}`, answer);
}

async function unlessCut<Result>(transport: Transport, { signal }: Call, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    signal?.throwIfAborted();
    throw await failure(
      'daemon_unreachable',
      `The daemon does not answer at ${transport.place}: ${reasonOf(error)}.`,
      error,
    );
  }
}

async function refusal(what: string, answer: TransportAnswer): Promise<Error> {
  const text = await answer.text().catch(() => '');
  const body = parse(text) as Partial<ErrorAnswer> | undefined;
  if (typeof body?.error?.code === 'string') return failureOf(body.error);
  return failure(
    'internal',
    `${what} was answered with HTTP status ${answer.status}: ${text.slice(0, 200) || 'no body'}`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The innermost cause says it: `fetch` wraps it in "fetch failed". */
function reasonOf(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}
