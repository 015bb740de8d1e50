import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { appendCommand, replaceCommand, writeCommand } from './shell-words.ts';

const NASTY = [
  "it's",
  '$(touch fooled) `touch fooled`',
  'a/b\\c & d.*[x]^$',
  '%s %d \\n',
  '-n',
  '"quoted"',
  'two\nlines',
];

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rehearsal-shell-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function sh(command: string): Promise<void> {
  await promisify(execFile)('/bin/sh', ['-c', command], { cwd: folder });
}

for (const [index, text] of NASTY.entries()) {
  test(`writes, appends and replaces exactly: ${JSON.stringify(text)}`, async () => {
    const file = `sub ${index}/it's $HOME-${index}`;
    await sh(writeCommand(file, text));
    await sh(appendCommand(file, text));
    assert.equal(await readFile(join(folder, file), 'utf8'), `${text}\n${text}\n`);
    if (text.includes('\n')) return;
    await sh(replaceCommand(file, text, "new & it's \\1/x"));
    assert.equal(await readFile(join(folder, file), 'utf8'), "new & it's \\1/x\nnew & it's \\1/x\n");
  });
}

test('a replacement that finds nothing fails and changes nothing', async () => {
  await writeFile(join(folder, 'same.txt'), 'a\n');
  await assert.rejects(sh(replaceCommand('same.txt', 'b', 'c')), /same\.txt does not hold that text/);
  assert.equal(await readFile(join(folder, 'same.txt'), 'utf8'), 'a\n');
});

test('an empty file is created empty', async () => {
  await sh(writeCommand('empty', ''));
  assert.equal(await readFile(join(folder, 'empty'), 'utf8'), '');
});
