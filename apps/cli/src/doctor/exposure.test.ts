import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigSchema } from '@parley/schema';
import type { ExposureMode } from '@parley/schema';
import { judgeExposure } from './exposure.ts';

const judge = (server: Readonly<Record<string, unknown>>) =>
  judgeExposure(ConfigSchema.parse({ server }).server, '/config.toml').exposure;

const withOrigin = (origin: string) => judge({ origins: [origin], hosts: [new URL(origin).host] });

test('the mode follows from where Parley listens and whom it lets in (G 56)', () => {
  const cases: readonly (readonly [ExposureMode, { readonly mode: ExposureMode }])[] = [
    ['local_only', judge({})],
    ['local_only', judge({ host: '::1' })],
    ['local_only', judge({ host: '127.8.8.8' })],
    ['local_only', judge({ host: '::ffff:127.0.0.1' })],
    ['lan', judge({ host: '0.0.0.0' })],
    ['lan', judge({ host: '::' })],
    ['lan', judge({ host: '192.168.1.5' })],
    ['local_only', withOrigin('http://localhost:5173')],
    ['lan', withOrigin('http://192.168.1.5:7337')],
    ['lan', withOrigin('http://[fd00::1]:7337')],
    ['lan', withOrigin('http://[::ffff:a00:1]:7337')],
    ['lan', withOrigin('http://box.local:7337')],
    ['tunnel', withOrigin('https://words.trycloudflare.com')],
    ['tunnel', withOrigin('https://box.tail1234.ts.net')],
    ['tunnel', withOrigin('https://abc.ngrok-free.app')],
    ['byo_reverse_proxy', withOrigin('https://parley.example.com')],
    ['misconfigured', withOrigin('http://parley.example.com')],
    ['misconfigured', judge({ origins: ['parley.example.com'] })],
    ['misconfigured', judge({ origins: ['https://parley.example.com/page'] })],
    ['misconfigured', judge({ origins: ['https://parley.example.com', 'nonsense'] })],
  ];
  for (const [index, [wanted, { mode }]] of cases.entries()) assert.equal(mode, wanted, `case ${index}`);
  assert.equal(withOrigin('https://box.tail1234.ts.net').tunnelProvider, 'tailscale');
});

test('clients in the web are not promised anything that nobody has looked at (G 56)', () => {
  const exposure = withOrigin('https://parley.example.com');
  assert.deepEqual(
    [exposure.httpsConfigured, exposure.reachable, exposure.webClientsSupported],
    [true, 'not_checked', false],
  );
});

test('a provider that somebody names makes a public address one of a tunnel (G 56)', () => {
  const server = { origins: ['https://parley.example.com'], hosts: ['parley.example.com'] };
  const { exposure } = judgeExposure(ConfigSchema.parse({ server }).server, '/config.toml', 'my-tunnel');
  assert.deepEqual([exposure.mode, exposure.tunnelProvider], ['tunnel', 'my-tunnel']);
  const local = judgeExposure(ConfigSchema.parse({}).server, '/config.toml', 'my-tunnel');
  assert.equal(local.exposure.mode, 'local_only');
});
