// An agent that answers as the recorded one did, at once: `codex app-server` or `claude -p`, as far as Parley's drivers talk to them. A
// prompt is the name of the turn that it tells.

import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { requestMark, wordsMark } from './traces.ts';

/** What Parley writes, of both protocols. */
interface Asked {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly input?: readonly { readonly text?: string }[] };
  readonly type?: string;
  readonly request_id?: string;
  readonly request?: { readonly subtype?: string };
  readonly message?: { readonly content?: readonly { readonly text?: string }[] };
  readonly uuid?: string;
}

const [folder = '.'] = process.argv.slice(2);

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as Asked;
  const name = fileFor(asked);
  if (name === undefined) continue;
  const text = readFileSync(join(folder, name), 'utf8')
    .replaceAll(`"${requestMark}"`, JSON.stringify(asked.id ?? asked.request_id ?? 0))
    .replaceAll(wordsMark, asked.uuid ?? '');
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
}

function fileFor({ method, params, type, request, message }: Asked): string | undefined {
  if (method === 'turn/start') return params?.input?.[0]?.text;
  if (method === 'initialize' || request?.subtype === 'initialize') return 'initialize';
  if (method === 'thread/start') return 'thread_start';
  return type === 'user' ? message?.content?.[0]?.text : undefined;
}
