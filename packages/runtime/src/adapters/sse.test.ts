import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventReader } from './sse.ts';

function read(text: string, size: number, maxBytes = 1000): readonly unknown[] {
  const reader = new EventReader(maxBytes);
  const bytes = Buffer.from(text);
  const events: unknown[] = [];
  for (let at = 0; at < bytes.length; at += size) events.push(...reader.push(bytes.subarray(at, at + size)));
  return events.map((event) => (typeof event === 'object' && event !== null && 'data' in event ? event.data : event));
}

test('events come whole, wherever the bytes are cut; comments and other fields are no data', () => {
  const text = ': hello\nevent: x\nid: 7\ndata: {"a":\ndata: "€"}\n\ndata:two\r\n\r\n\n\nretry: 5\n\ndata: cut off';
  for (let size = 1; size < 20; size++) assert.deepEqual(read(text, size), ['{"a":\n"€"}', 'two']);
});

test('an event that is too long is told as that, and the next one is read again', () => {
  const long = 'x'.repeat(60);
  const tooLong = { tooLong: true };
  assert.deepEqual(read(`data: ${long}\n\ndata: a\n\n`, 7, 50), [tooLong, 'a']);
  assert.deepEqual(read(`data: ${long.slice(0, 40)}\ndata: ${long.slice(0, 40)}\n\ndata: a\n\n`, 7, 50), [
    tooLong,
    'a',
  ]);
});
