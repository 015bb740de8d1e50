// Reads a request's JSON body with a limit.
import type { IncomingMessage } from 'node:http';

/** Codex and claude resend the whole conversation with every request, so this is generous. */
const LARGEST_BODY = 64 * 1024 * 1024;

export type Body =
  | { readonly kind: 'json'; readonly value: unknown; readonly bytes: number }
  | { readonly kind: 'bad'; readonly status: 400 | 413 | 415; readonly message: string };

export async function readBody(request: IncomingMessage): Promise<Body> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    return { kind: 'bad', status: 415, message: `The rehearsal server reads no ${encoding} bodies.` };
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const buffer: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += buffer.length;
    if (bytes > LARGEST_BODY)
      return { kind: 'bad', status: 413, message: `The body is larger than ${LARGEST_BODY} bytes.` };
    chunks.push(buffer);
  }
  try {
    return { kind: 'json', value: JSON.parse(Buffer.concat(chunks).toString('utf8')), bytes };
  } catch {
    return { kind: 'bad', status: 400, message: 'The body is not JSON.' };
  }
}
