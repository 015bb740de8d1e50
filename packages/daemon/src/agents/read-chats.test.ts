import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ChatReader } from './read-chats.ts';

test('the newest chats are read within their limits, and one that has not changed is not read again', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'parley-chats-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const chat = (project: string, name: string, at: number, text: string): string => {
    const folder = join(root, project, 'chats');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, name);
    writeFileSync(file, text);
    utimesSync(file, at, at);
    return file;
  };
  chat('one', 'a.json', 1000, '{"model":"oldest"}');
  chat('one', 'b.jsonl', 3000, '{"model":"newest"}\n');
  chat('two', 'c.jsonl', 2000, '{"model":"middle"}\n');
  chat('two', 'd.json', 4000, `{"model":"large","text":"${'x'.repeat(2000)}"}`);
  chat('two', 'notes.txt', 4000, '{"model":"no chat"}');
  const reader = new ChatReader();
  const place = { root, maxFiles: 2, maxFileBytes: 1000 };
  const models = async () => (await reader.read(place)).map(({ models: [name], at }) => [name, at]);
  assert.deepEqual(await models(), [
    ['newest', 3_000_000],
    ['middle', 2_000_000],
  ]);
  // The same size and time: the text is taken for the same.
  chat('two', 'c.jsonl', 2000, '{"model":"MIDDLE"}\n');
  assert.deepEqual((await models())[1], ['middle', 2_000_000]);
  chat('two', 'c.jsonl', 2500, '{"model":"MIDDLE"}\n');
  assert.deepEqual((await models())[1], ['MIDDLE', 2_500_000]);
  assert.deepEqual(await reader.read({ ...place, root: '/nowhere' }), []);
});
