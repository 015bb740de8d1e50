import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whenDone } from './when-done.ts';

const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

test('the end of an answer is told once, also when its reader leaves while more is waited for', async () => {
  const unending = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
  let told = 0;
  const { body } = whenDone(new Response(unending), () => (told += 1));
  // By now it waits for the first piece.
  await turnOfTheLoop();
  await body?.cancel();
  await turnOfTheLoop();
  assert.equal(told, 1);
});

test('an answer that is read to its end is told of then, not before; an empty one at once', async () => {
  let told = 0;
  const response = whenDone(new Response('all of it'), () => (told += 1));
  assert.equal(told, 0);
  assert.equal(await response.text(), 'all of it');
  assert.equal(told, 1);
  whenDone(new Response(null, { status: 202 }), () => (told += 1));
  assert.equal(told, 2);
});
