import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gatewayToken } from '../config/variables.ts';
import { Credentials } from './credentials.ts';

async function tokenFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-credentials-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'token');
}

const modeOf = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;
const read = async (file: string): Promise<string> => (await readFile(file, 'utf8')).trim();

test('the token is made on the first run, long enough to be guessed by nobody, for its owner alone', async (t) => {
  const file = await tokenFile(t);
  const credentials = await Credentials.open(file);
  const token = await read(file);
  assert.ok(Buffer.from(token, 'base64url').length >= 32);
  assert.equal(await modeOf(file), 0o600);
  assert.ok(credentials.isToken(token));
});

test('it is kept over restarts, and with it every paired browser', async (t) => {
  const file = await tokenFile(t);
  const first = await Credentials.open(file);
  const token = await read(file);
  const second = await Credentials.open(file);
  assert.equal(await read(file), token);
  assert.ok(second.isToken(token) && second.isCookie(first.cookie));
  await rm(file);
  const third = await Credentials.open(file);
  assert.ok(!third.isToken(token) && !third.isCookie(first.cookie), 'without the file all that was given out is void');
});

test('one that others could read is closed to them', async (t) => {
  const file = await tokenFile(t);
  const own = 'my-own-token-that-is-long-enough-for-this';
  await writeFile(file, `${own}\n`, { mode: 0o644 });
  await chmod(file, 0o644);
  assert.ok((await Credentials.open(file)).isToken(own));
  assert.equal(await modeOf(file), 0o600);
});

test('one that is empty, cut off or easily guessed is replaced', async (t) => {
  const file = await tokenFile(t);
  for (const content of ['', '\n', 'short']) {
    await writeFile(file, content, { mode: 0o644 });
    await chmod(file, 0o644);
    const credentials = await Credentials.open(file);
    assert.ok(!credentials.isToken(content.trim()));
    assert.ok(credentials.isToken(await read(file)));
    assert.equal(await modeOf(file), 0o600);
  }
});

test('one that cannot be read is not replaced: the daemon does not start', async (t) => {
  const file = await tokenFile(t);
  await mkdir(file);
  await assert.rejects(Credentials.open(file));
});

test('nothing but the whole token is the token, whatever its length', async (t) => {
  const file = await tokenFile(t);
  const credentials = await Credentials.open(file);
  const token = await read(file);
  for (const wrong of [
    '',
    token.slice(1),
    token.slice(0, -1),
    `${token} `,
    `${token}\0`,
    token.toUpperCase(),
    'x'.repeat(1_000_000),
  ])
    assert.equal(credentials.isToken(wrong), false);
  assert.equal(credentials.isToken(credentials.cookie), false);
  assert.equal(credentials.isCookie(token), false);
  assert.ok(!credentials.cookie.includes(token), 'the cookie does not give the token away');
});

test('a pairing code works once, for ten minutes, each for itself', async (t) => {
  let now = 1000;
  const credentials = await Credentials.open(await tokenFile(t), () => now);
  const [first, second, late] = [credentials.invite(), credentials.invite(), credentials.invite()];
  assert.equal(new Set([first.code, second.code, late.code]).size, 3);
  assert.equal(first.expiresAt, 1000 + 10 * 60 * 1000);
  assert.equal(credentials.redeem(''), false);
  assert.equal(credentials.redeem(first.code.slice(1)), false);
  assert.equal(credentials.redeem(first.code), true);
  assert.equal(credentials.redeem(first.code), false);
  now = second.expiresAt - 1;
  assert.equal(credentials.redeem(second.code), true, 'in the last millisecond');
  now = late.expiresAt;
  assert.equal(credentials.redeem(late.code), false);
  now = 1000;
  assert.equal(credentials.redeem(late.code), false, 'a late try has used it up');
});

test('pairing codes do not outlive the daemon', async (t) => {
  const file = await tokenFile(t);
  const { code } = (await Credentials.open(file)).invite();
  assert.equal((await Credentials.open(file)).redeem(code), false);
});

test('a second token of the environment is as good as the first, and is kept nowhere', async (t) => {
  const file = await tokenFile(t);
  const second = gatewayToken({ LLM_GATEWAY_AUTH_TOKEN: 'x'.repeat(32) });
  const credentials = await Credentials.open(file, Date.now, second);
  assert.ok(credentials.isToken('x'.repeat(32)));
  assert.ok(credentials.isToken(await read(file)));
  assert.notEqual(await read(file), 'x'.repeat(32));
  assert.equal((await Credentials.open(file)).isToken('x'.repeat(32)), false);

  assert.equal(gatewayToken({ LLM_GATEWAY_AUTH_TOKEN: 'x'.repeat(31) }), undefined, 'one that can be guessed');
  assert.equal((await Credentials.open(file, Date.now, gatewayToken({}))).isToken(''), false);
});
