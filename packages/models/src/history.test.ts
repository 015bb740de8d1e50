import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatPlaceOf, modelsInChat } from './history.ts';

test('the model of an answer is seen in both forms of a chat, and words of a person are none', () => {
  const old = JSON.stringify({ messages: [{ type: 'gemini', content: 'yes', model: 'gemini-2.5-pro' }] }, undefined, 2);
  assert.deepEqual(modelsInChat(old), ['gemini-2.5-pro']);
  const lines = [
    { type: 'user', content: [{ text: 'what is "model":"evil" and \\"model\\":"worse"?' }] },
    { type: 'gemini', model: 'gemini-3.5-flash' },
    { type: 'gemini', model: 'gemini-3.5-flash' },
    { type: 'gemini', model: 'two words' },
    { type: 'gemini', model: 7 },
  ];
  assert.deepEqual(modelsInChat(lines.map((line) => JSON.stringify(line)).join('\n')), ['gemini-3.5-flash']);
});

test('chats are looked for where the variables say, within their limits, or not at all', () => {
  const home = { HOME: '/home/me' };
  assert.deepEqual(chatPlaceOf('gemini', home), { root: '/home/me/.gemini/tmp', maxFiles: 200, maxFileBytes: 2097152 });
  const own = { GEMINI_HISTORY_ROOT: '/h', GEMINI_HISTORY_MAX_FILES: '5', GEMINI_HISTORY_MAX_FILE_BYTES: 'many' };
  assert.deepEqual(chatPlaceOf('gemini', own), { root: '/h', maxFiles: 5, maxFileBytes: 2097152 });
  assert.equal(chatPlaceOf('gemini', { ...home, GEMINI_DISABLE_HISTORY_DISCOVERY: '1' }), undefined);
  assert.equal(chatPlaceOf('gemini', { ...home, LLM_GATEWAY_DISABLE_MODEL_DISCOVERY: 'true' }), undefined);
  assert.equal(chatPlaceOf('codex', home), undefined);
  assert.equal(chatPlaceOf('gemini', {}), undefined);
});
