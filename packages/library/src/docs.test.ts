// The examples of docs/library.md, as they stand there: each is a program of its own and prints what the page says.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { enterWorld, processesIn } from './test/world.ts';

const world = enterWorld();
const page = readFileSync(new URL('../../../docs/library.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```ts run\n(?<program>[\s\S]*?)^```\n\n```text\n(?<output>[\s\S]*?)^```$/gm)];
const folder = fileURLToPath(new URL('..', import.meta.url));

after(() => {
  assert.deepEqual(processesIn(world), []);
  assert.deepEqual(readdirSync(world.temporary), []);
});

test('every example that is to run has its output beside it', () => {
  assert.equal(examples.length, page.match(/^```ts run$/gm)?.length);
  assert.ok(examples.length >= 8);
});

for (const { index = 0, groups: { program = '', output = '' } = {} } of examples) {
  const title =
    page
      .slice(0, index)
      .match(/^##+ .*$/gm)
      ?.at(-1) ?? 'The library';
  test(`the example of "${title.replace(/^#+ /, '')}" prints what the page says`, async () => {
    const argv = ['--conditions=source', '--input-type=module-typescript', '-e', program];
    const env = { ...process.env, PATH: `${dirname(world.agents.grok.command)}:${process.env['PATH']}` };
    const child = spawn(process.execPath, argv, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    assert.equal(stdout, output, stderr);
  });
}
