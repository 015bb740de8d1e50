import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { redact, redactCounting, redactedMark } from './redact.ts';
import { Finder } from './redact/finder.ts';

/** Made up here, put together so that no scanner of repositories takes them for real. */
const chance = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0';
const base64 = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7';
const jwt = `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiIxMjM0NTY3ODkwIn0'}.${chance}`;

/** Text, and what must not be in it afterwards. */
const secrets: readonly (readonly [string, string])[] = [
  [`use sk-${chance}`, chance],
  [`use sk-proj-${chance}--${chance}_x now`, chance],
  [`sk-ant-api03-${chance}-AA`, chance],
  [`AIza${chance.slice(0, 35)}`, chance.slice(0, 35)],
  [`token ghp_${chance}!`, chance],
  [`github_pat_11ABC_${chance}`, chance],
  [`glpat-${chance}`, chance],
  [`xoxb-123456789012-${chance}`, chance],
  [`AKIA${'IOSFODNN7EXAMPLE'}`, 'IOSFODNN7'],
  [`SG.${chance}.${chance}`, chance],
  [`ya29.${chance}`, chance],
  [`hf_${chance} and gsk_${chance} and xai-${chance}`, chance],
  [`the token is ${jwt}.`, chance],
  [`Authorization: Bearer ${chance}`, chance],
  [`-H 'authorization: Basic ${btoa('user:pass')}'`, btoa('user:pass')],
  [`"Authorization":"Bearer ${chance}"`, chance],
  [`{"headers":"{\\"Authorization\\":\\"Bearer ${chance}\\"}"}`, chance],
  [`curl -H "X-Api-Key: ${chance}"`, chance],
  [`-----BEGIN RSA PRIVATE KEY-----\n${base64}\n${base64}\n-----END RSA PRIVATE KEY-----`, base64],
  [`"key":"-----BEGIN PRIVATE KEY-----\\n${base64}\\n-----END PRIVATE KEY-----\\n"`, base64],
  [`x\\n-----BEGIN OPENSSH PRIVATE KEY-----\\n${base64}`, base64],
  ['postgres://ada:s3cr3t@db.local:5432/x', 's3cr3t'],
  ['https://ada:p@ss@host/x', 'p@ss'],
  [`https://${chance}@github.com/x/y.git`, chance],
  ['redis://:swordfish@localhost', 'swordfish'],
  [`https://api.example/v1?alt=sse&key=${chance}&x=1`, chance],
  ['https://x.example/cb?code=abcdef&state=1', 'abcdef'],
  ['https://s3.example/o?X-Amz-Signature=0123456789abcdef', '0123456789abcdef'],
  ['OPENAI_API_KEY=abcdef', 'abcdef'],
  ['export DB_PASS=swordfish', 'swordfish'],
  ['AWS_SECRET_ACCESS_KEY=abc/def+ghi', 'abc/def'],
  ['password=swordfish\n', 'swordfish'],
  ['spring.datasource.password=swordfish', 'swordfish'],
  ['password: hunter2', 'hunter2'],
  ['  api_key: "abc"', 'abc'],
  ["clientSecret: 'abc'", "'abc'"],
  ['{"password":"a b c","x":1}', 'a b c'],
  ['{"token":"with \\"quotes\\" inside"}', 'inside'],
  ['{\\"token\\":\\"abc\\",\\"x\\":1}', 'abc'],
  ['env["API_KEY"] = "abc"', 'abc'],
  ['Server=db;User=sa;Password=swordfish;', 'swordfish'],
  ['tool --api-key=swordfish run', 'swordfish'],
  ['tool --token abc12345 run', 'abc12345'],
  ['<password>swordfish</password>', 'swordfish'],
  ['?access_token=abc', 'abc'],
  ['{"url":"x","token":"unclosed\nnext', 'unclosed'],
  [`a line\\nsk-${chance}`, chance],
  [`\\u0026token=${chance}`, chance],
];

/** Stays as it is. */
const harmless: readonly string[] = [
  '',
  'The token is read from the keyring. A password: what a person types.',
  'password: string;\n  token: Uint8Array;\n  secret: boolean',
  'const token = getToken2(request);',
  'login(password=password, token=self.token)',
  'if (password === expected) throw new Error()',
  'usage: { input_tokens: 12345, max_tokens: 4096, total_token: 12 }',
  'tokens: 123456789, tokenizer: cl100k_base',
  'export OPENAI_API_KEY=$KEY',
  'OPENAI_API_KEY=<your key>',
  '{"password":"${PASSWORD}"}',
  'PWD=/home/ada/code',
  'git clone ssh://git@github.com/x/y.git https://example.org/a:b@c',
  'https://example.org/?q=tokens&page=2#code=3',
  'sk-learn, task-based, risk-free, ask-me-anything-you-like-please',
  'a mask-something-with-many-words-in-it',
  'eyJust a word. And eyJ. more.',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  'A file that begins with -----BEGIN PRIVATE KEY----- and words of prose, and so on.',
  'See the bearer of this letter. Bearer tokens are documented elsewhere.',
  'Authorization: see the section on scopes',
  'token::parse(x); secret != other',
  'commit 3f786850e387550fdab836ed7e6dc881de23001b',
  '550e8400-e29b-41d4-a716-446655440000',
  'for (let i = 0; i < secret.length; i++) {}',
  'The flag --token takes a value.',
  'cookie cutter: password-less login, secret-santa',
  'AKIAlike and npm_config_registry=https://registry.example/',
];

test('secrets are taken out (G 59)', () => {
  for (const [text, secret] of secrets) {
    const { text: clean, redactions } = redactCounting(text);
    assert.ok(!clean.includes(secret), `${text} → ${clean}`);
    assert.ok(clean.includes(redactedMark) && redactions > 0, text);
  }
});

test('prose and code stay as they are', () => {
  for (const text of harmless) assert.equal(redact(text), text);
});

test('what stands around a secret stays', () => {
  assert.equal(redact(`a\n"key": "sk-${chance}", b`), 'a\n"key": "[redacted]", b');
  assert.equal(redact('postgres://ada:pw1@host/db?x=1'), 'postgres://ada:[redacted]@host/db?x=1');
  assert.equal(redact('{"password":"a","user":"ada"}'), '{"password":"[redacted]","user":"ada"}');
  assert.equal(redact('A=1\nAPI_KEY=x\nB=2'), 'A=1\nAPI_KEY=[redacted]\nB=2');
  assert.equal(redact('curl https://x/?key=a&b=c'), 'curl https://x/?key=[redacted]&b=c');
  assert.deepEqual(JSON.parse(redact('{"token":"\\\\","n":[1]}')), { token: '[redacted]', n: [1] });
});

/** Pieces that secrets are made of, in any order. */
const pieces = fc.constantFrom(
  ...['password', 'token', 'api_key', 'Authorization', 'Bearer', 'Basic', 'sk-', 'ghp_', 'AIza', 'SG.', 'eyJ', '?key'],
  ...['-----BEGIN RSA PRIVATE KEY-----', '-----END', '-----', '--', '://', '@', '=', ':', '"', "'", '\\', '\\n', '\\u'],
  ...[' ', '\n', ';', '&', '?', '<', '>', '(', ')', '.', '/', '$', 'a', 'Z', '9', 'ä', '😀', chance, redactedMark],
);
const text = fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 60 }).map((parts) => parts.join(''));

/** Each character is looked at so often at most. */
const looksPerCharacter = 64;

test('the work grows with the length of the text alone: no character is looked at often, whatever the text is', () => {
  const work = (whole: string): number => {
    const finder = new Finder(whole);
    finder.find(redactedMark);
    return finder.looks;
  };
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 400 }), (part, times) => {
      const whole = part.repeat(times);
      assert.ok(work(whole) <= looksPerCharacter * (whole.length + 1), JSON.stringify(part));
    }),
  );
  // One piece after the other, and every pair of them: what regular expressions die of.
  const all = [
    'password',
    'token=(',
    'token="',
    'eyJaaaaaaaa.',
    'a://',
    'Bearer ',
    '-----BEGIN PRIVATE KEY-----',
    'token ',
    '--token ',
  ];
  for (const one of all)
    for (const two of [...all, 'a', '=', ' ', '-', '\\'])
      for (const whole of [(one + two).repeat(5000), one.repeat(5000) + two.repeat(50_000)])
        assert.ok(work(whole) <= looksPerCharacter * whole.length, JSON.stringify([one, two]));
});

test('redacting twice is redacting once, and only marks are added', () => {
  fc.assert(
    fc.property(text, (whole) => {
      const { text: once, redactions } = redactCounting(whole);
      assert.equal(redact(once), once);
      // What stays stands in the text in the same order.
      let at = 0;
      const kept = once.split(redactedMark);
      for (const part of kept) {
        at = whole.indexOf(part, at);
        assert.ok(at >= 0);
        at += part.length;
      }
      assert.ok(redactions <= kept.length - 1);
    }),
    { numRuns: 2000 },
  );
});
