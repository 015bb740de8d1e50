import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { stderrTail, wholeCharacters } from './stderr-tail.ts';
import { temporaryFolder } from './testing.ts';

test('the tail is at most 4 KiB and breaks no character', async (t) => {
  const file = path.join(temporaryFolder(t), 'stderr');
  for (const text of ['', 'short', 'ä'.repeat(5000), `x${'€'.repeat(5000)}`, `xy${'😀'.repeat(3000)}`]) {
    fs.writeFileSync(file, text);
    const tail = await stderrTail(file);
    assert.ok(text.endsWith(tail));
    assert.ok(Buffer.byteLength(tail) <= 4096 && Buffer.byteLength(tail) >= Math.min(4093, Buffer.byteLength(text)));
  }
});

test('a character that was cut off by a kill is left out', () => {
  const bytes = Buffer.from('a😀');
  for (const cut of [2, 3, 4]) assert.equal(wholeCharacters(bytes.subarray(0, cut)).toString(), 'a');
  assert.equal(wholeCharacters(bytes).toString(), 'a😀');
});

test('a missing file has an empty tail', async (t) => {
  assert.equal(await stderrTail(path.join(temporaryFolder(t), 'none')), '');
});
