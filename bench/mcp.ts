// What the MCP door costs: its start, a call with a warm daemon against the same agent run by hand, 24 MB through it, and an answer that is there
// already.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { McpProcess } from '../e2e/mcp/mcp-process.ts';
import { bundle, Daemon, Sandbox } from './sandbox.ts';
import type { Section } from './section.ts';
import { show, showSpread, spreadOf } from './statistics.ts';
import { inTurns, timeOf } from './timing.ts';

const rounds = 20;
const largeRounds = 3;
const megabyte = 2 ** 20;
const largeBytes = 24 * megabyte;
const aims = { initializeMs: 150, overheadMs: 50, largeMs: 3_000 } as const;

/** `codex exec` that answers at once: what it takes is Parley's, and the start of a shell. `large` as its question makes it print a file. */
const agent = (large: string): string => `#!/bin/sh
if [ "$1" = --version ]; then echo 'codex-cli 9.9.9'; exit; fi
question=$(cat)
echo '{"type":"thread.started","thread_id":"thread"}'
echo '{"type":"turn.started"}'
case $question in large*) cat '${large}' ;; *) echo '{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"yes"}}' ;; esac
echo '{"type":"turn.completed","usage":{"input_tokens":3,"cached_input_tokens":1,"output_tokens":2}}'
`;

export async function mcp(): Promise<Section> {
  const sandbox = new Sandbox('mcp');
  // Only of a repository can it be told that nothing has changed since the question was asked.
  execFileSync('git', ['init', '--quiet', sandbox.work]);
  const large = join(sandbox.root, 'large');
  const text = 'The quick brown fox, ü and 😀. '.repeat(Math.ceil(largeBytes / 35)).slice(0, largeBytes);
  writeFileSync(
    large,
    `${JSON.stringify({ type: 'item.completed', item: { id: 'item_0', type: 'agent_message', text } })}\n`,
  );
  const program = sandbox.program('codex', agent(large));
  sandbox.configure('[agents.codex]\nmode = "exec"\nmodel_url = "http://127.0.0.1:9/v1"\n');
  const daemon = await Daemon.start(sandbox);
  const open = (): Promise<McpProcess> =>
    McpProcess.start({ command: [process.execPath, bundle], env: sandbox.env, cwd: sandbox.work });
  const window = await open();
  try {
    const bare = (question: string) => (): Promise<number> =>
      timeOf({ argv: ['/bin/sh', '-c', `echo '${question}' | '${program}'`], env: sandbox.env, cwd: sandbox.work });
    const call = async (args: Readonly<Record<string, unknown>>, deduped = false): Promise<number> => {
      const begun = performance.now();
      const facts = await window.facts('codex_request', args);
      const ms = performance.now() - begun;
      if (facts['deduped'] !== deduped) throw new Error(`deduped is not ${deduped}: ${JSON.stringify(facts)}`);
      return ms;
    };
    let asked = 0;
    const samples = await inTurns(rounds, {
      node: () => timeOf({ argv: [process.execPath, '-e', '0'], env: sandbox.env, cwd: sandbox.work }),
      initialize: async () => {
        const begun = performance.now();
        const other = await open();
        const ms = performance.now() - begun;
        await other.leave();
        return ms;
      },
      bare: bare('small'),
      call: () => call({ prompt: `question ${++asked}`, forceRefresh: true }),
      first: () => call({ prompt: `again ${++asked}`, policy: 'read-only' }),
      deduped: () => call({ prompt: `again ${asked}`, policy: 'read-only' }, true),
    });
    const big = await inTurns(largeRounds, {
      bare: bare('large'),
      paged: () => paged(window, text),
    });
    return sectionOf({ ...samples, bigBare: big.bare, paged: big.paged });
  } finally {
    await window.leave();
    await daemon.stop();
    sandbox.remove();
  }
}

/** The whole answer, page by page. */
async function paged(window: McpProcess, text: string): Promise<number> {
  const begun = performance.now();
  const maxChars = 2_000_000;
  const first = await window.facts('codex_request', { prompt: 'large', forceRefresh: true, syncDeadlineMs: 0 });
  const pages = [String(first['answer'])];
  for (let offset = nextOf(first); offset !== null;) {
    const page = await window.facts('llm_job_result', { jobId: first['jobId'], offset, maxChars });
    pages.push(String(page['answer']));
    offset = nextOf(page);
  }
  const ms = performance.now() - begun;
  if (pages.join('') !== text) throw new Error('the large answer did not come whole');
  return ms;
}

const nextOf = (facts: Readonly<Record<string, unknown>>): number | null =>
  (facts['page'] as { readonly nextOffset: number | null } | undefined)?.nextOffset ?? null;

type Samples = Readonly<
  Record<'node' | 'initialize' | 'bare' | 'call' | 'first' | 'deduped' | 'bigBare' | 'paged', readonly number[]>
>;

function sectionOf(samples: Samples): Section {
  const [node, initialize, bare, call] = [samples.node, samples.initialize, samples.bare, samples.call].map(spreadOf);
  const [first, deduped, bigBare, big] = [samples.first, samples.deduped, samples.bigBare, samples.paged].map(spreadOf);
  const row = (name: string, against: string, one = spreadOf([]), other = spreadOf([])): readonly string[] => [
    name,
    showSpread(one),
    `${against}: ${showSpread(other)}`,
    show(one.median - other.median, 1),
    `${show(one.median / other.median, 2)} ×`,
  ];
  const median = (spread = spreadOf([])): number => spread.median;
  return {
    title: 'The MCP door',
    measures:
      'The bundle, a client over its two pipes, the daemon warm; the agent is a shell in the place of `codex exec` that answers at once. `initialize`: from the ' +
      `start of \`parley mcp\` to its answer. A call: from the request to the reply, a new session and a process of the agent in it. ${rounds} runs each, in turns; of 24 MB ${largeRounds}.`,
    aim: `initialize < ${aims.initializeMs} ms, a call < ${aims.overheadMs} ms more than the agent alone, 24 MB whole within ${aims.largeMs / 1000} s`,
    met:
      median(initialize) < aims.initializeMs &&
      median(call) - median(bare) < aims.overheadMs &&
      median(big) <= aims.largeMs,
    head: ['', 'ms, median (middle half)', 'against', 'more, ms', 'ratio'],
    rows: [
      row('`initialize`', '`node -e 0`', initialize, node),
      row('`codex_request`', 'the agent alone', call, bare),
      row('the same question once more (`deduped`)', 'asked for the first time', deduped, first),
      row('an answer of 24 MB, fetched page by page', 'the agent alone', big, bigBare),
    ],
    notes: [
      'The 24 MB are one line that the agent copies from a file, which no model does; the real command lines need some seconds for as much (see above).',
    ],
  };
}
