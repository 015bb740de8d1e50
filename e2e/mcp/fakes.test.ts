// Acceptance rows over a fake `codex exec` and the whole of Parley in between: what it is started with, and what becomes of it however it ends.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { McpProcess } from './mcp-process.ts';
import { Place } from './place.ts';

/** Says what it is told in its prompt to do; keeps its arguments, the prompt, and what others see of it. */
const codex = `#!/bin/sh
if [ "$1" = --version ]; then echo 'codex-cli 9.9.9'; exit; fi
echo start >> "$HOME/starts"
printf '%s\\n' "$@" > "$HOME/argv"
cat > "$HOME/prompt"
tr '\\0' ' ' < /proc/$$/cmdline > "$HOME/seen"
say() { echo '{"type":"item.completed","item":{"id":"item_'$1'","type":"agent_message","text":"'"$2"'"}}'; }
done_() { echo '{"type":"turn.completed","usage":{"input_tokens":3,"cached_input_tokens":1,"output_tokens":2}}'; }
echo '{"type":"thread.started","thread_id":"thread-1"}'
echo '{"type":"turn.started"}'
case $(head -c 20 "$HOME/prompt") in
  fail*) echo 'It is broken.' >&2; exit 3 ;;
  killed*) say 0 'Half of it'; kill -9 $$ ;;
  flood*) while :; do echo '{"type":"item.started","item":{"id":"item_9","type":"command_execution","command":"yes","status":"in_progress"}}'; done ;;
  hang*) trap 'say 1 flushed; exit 1' TERM; say 0 'Working'; sleep 600 & echo $! > "$HOME/child"; wait ;;
  large*) cat "$HOME/large" ; done_ ;;
  *) say 0 'Done.'; done_ ;;
esac
`;
const config = `[agents.codex]
mode = "exec"
model_url = "http://127.0.0.1:9/v1"
[deadlines]
end_step = 1
[runs]
max_output_bytes = 67108864
`;

async function open(t: TestContext): Promise<{ readonly place: Place; readonly window: McpProcess }> {
  const place = await Place.open(t, { programs: { codex }, config });
  return { place, window: await place.window() };
}

const home = (place: Place, name: string): Promise<string> => readFile(join(place.root, 'home', name), 'utf8');

test('a call that is wrong starts nothing, and names what is wrong (G 3, G 20)', async (t) => {
  const { place, window } = await open(t);
  for (const [args, named] of [
    [{ prompt: ' \n ' }, /prompt/],
    [{ prompt: 'x', noSuchParameter: 1 }, /noSuchParameter/],
    [{ prompt: 'x', sessionId: 'gw-1' }, /gw-1/],
  ] as const) {
    const reply = await window.call('codex_request', args);
    assert.equal(reply.isError, true);
    assert.match(JSON.stringify(reply.content), named);
  }
  await assert.rejects(home(place, 'starts'));
});

test('a prompt of 100,000 characters arrives whole, and nobody sees it in the list of processes (G 22)', async (t) => {
  const { place, window } = await open(t);
  const prompt = '-ü😀 '.repeat(20_000);
  const { answer, warnings } = await window.facts('codex_request', { prompt });
  assert.equal(answer, 'Done.', String(warnings));
  // As one line.
  assert.equal((await home(place, 'prompt')).replace(/\n$/, ''), prompt);
  for (const seen of ['argv', 'seen']) assert.doesNotMatch(await home(place, seen), /😀/);
});

test("Codex's cached tokens are told as such, and the answer is its last message (G 16)", async (t) => {
  const { window } = await open(t);
  const { answer, usage } = await window.facts('codex_request', { prompt: 'x' });
  assert.equal(answer, 'Done.');
  assert.deepEqual(usage, { inputUncached: 2, cacheRead: 1, output: 2 });
});

test('an agent that ends with 3, and one that is killed after half of its words, have failed (G 6, G 30)', async (t) => {
  const { window } = await open(t);
  const failed = await window.call('codex_request', { prompt: 'fail' });
  assert.equal(failed.isError, true);
  assert.match(JSON.stringify(failed.structuredContent), /It is broken/);
  const killed = await window.call('codex_request', { prompt: 'killed', policy: 'read-only' });
  assert.deepEqual([killed.isError, killed.structuredContent['status']], [true, 'failed']);
  assert.match(JSON.stringify(killed.structuredContent['error']), /SIGKILL/);
  const again = await window.call('codex_request', { prompt: 'killed', policy: 'read-only' });
  assert.equal(again.structuredContent['deduped'], false, 'it is never used again');
});

test('more output than may be ends the process and fails the turn (G 29)', async (t) => {
  const { place, window } = await open(t);
  const reply = await window.call('codex_request', { prompt: 'flood', syncDeadlineMs: 0 });
  assert.deepEqual([reply.isError, reply.structuredContent['status']], [true, 'failed']);
  assert.equal((reply.structuredContent['error'] as { readonly code: unknown }).code, 'output_limit');
  await place.gone(() => place.agents());
});

test('a cancelled job ends its whole group; a second time is refused with its state (G 26)', async (t) => {
  const { place, window } = await open(t);
  const { jobId } = await window.facts('codex_request_async', { prompt: 'hang' });
  await window.facts('llm_job_watch', { jobId, waitMs: 1000 });
  const cancelled = await window.facts('llm_job_cancel', { jobId });
  assert.equal((cancelled['job'] as { readonly status: unknown }).status, 'canceled');
  await place.gone(() => place.agents());
  const again = await window.call('llm_job_cancel', { jobId });
  assert.equal(again.isError, true);
  assert.match(JSON.stringify(again.structuredContent), /already canceled/);
});

test('an agent that is not there is told with its name and what to do (G 6)', async (t) => {
  const place = await Place.open(t, { env: { PATH: '/usr/bin:/bin' } });
  const window = await place.window();
  const reply = await window.call('codex_request', { prompt: 'x' });
  assert.equal(reply.isError, true);
  const { code, message, hint } = reply.structuredContent['error'] as Readonly<Record<string, unknown>>;
  assert.equal(code, 'agent_not_installed');
  assert.match(`${String(message)} ${String(hint)}`, /codex/i);
});

test('24 MB in one message come whole, page by page, no character broken (G 37, G 38)', async (t) => {
  const { place, window } = await open(t);
  const text = 'The quick brown fox, ü and 😀. '.repeat(780_000);
  const line = { type: 'item.completed', item: { id: 'item_0', type: 'agent_message', text } };
  await writeFile(join(place.root, 'home', 'large'), `${JSON.stringify(line)}\n`);
  const first = await window.facts('codex_request', { prompt: 'large', syncDeadlineMs: 0 });
  const pages = [String(first['answer'])];
  for (let offset = nextOf(first); offset !== null;) {
    const next = await window.facts('llm_job_result', { jobId: first['jobId'], offset, maxChars: 2_000_000 });
    pages.push(String(next['answer']));
    offset = nextOf(next);
  }
  assert.ok(pages.every((page) => page.isWellFormed()));
  assert.ok(pages.join('') === text, 'the answer is whole');
});

function nextOf(facts: Readonly<Record<string, unknown>>): number | null {
  return (facts['page'] as { readonly nextOffset: number | null } | undefined)?.nextOffset ?? null;
}
