import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Task } from './task.ts';
import { understand } from './tasks.ts';

const write = (path: string, content: string): Task => ({ kind: 'write', path, content });
const run = (command: string, outsideSandbox = false): Task => ({ kind: 'run', command, outsideSandbox });

const UNDERSTOOD: readonly (readonly [string, ...Task[]])[] = [
  ['create hello.txt with the text Hi', write('hello.txt', 'Hi')],
  ['Create a file hello.txt with the text "Hi there".', write('hello.txt', 'Hi there')],
  ['Please create the file `hello.txt` containing Hi', write('hello.txt', 'Hi')],
  ['make a file called x containing some words', write('x', 'some words')],
  ['Could you make a new text file named "my notes.md" that says hello?', write('my notes.md', 'hello?')],
  ['create hello.txt with content: Hi', write('hello.txt', 'Hi')],
  ['write Hi to hello.txt', write('hello.txt', 'Hi')],
  ['write "hello world" into the file src/a.txt', write('src/a.txt', 'hello world')],
  ['put the text hello into a.txt please', write('a.txt', 'hello')],
  ['create hello.txt: Hi', write('hello.txt', 'Hi')],
  ['create an empty file a.txt', write('a.txt', '')],
  ['create a.txt', write('a.txt', '')],
  ['create a.txt with "a\\nb"', write('a.txt', 'a\nb')],
  ['create a.js with this content:\n```js\nlet a = 1;\nrun();\n```', write('a.js', 'let a = 1;\nrun();')],
  ['create a.txt with the text:\nline one\nline two', write('a.txt', 'line one\nline two')],
  ['create a.txt with "wake up then run"', write('a.txt', 'wake up then run')],
  ['create a.txt with the text wake up, then sing', write('a.txt', 'wake up, then sing')],
  ['create a folder called docs', { kind: 'folder', path: 'docs' }],
  ['read hello.txt', { kind: 'read', path: 'hello.txt' }],
  ['show me the contents of hello.txt', { kind: 'read', path: 'hello.txt' }],
  ["what's in hello.txt?", { kind: 'read', path: 'hello.txt' }],
  ['What does the file hello say?', { kind: 'read', path: 'hello' }],
  ['cat README', { kind: 'read', path: 'README' }],
  ['replace "Hi" with "Bye" in hello.txt', { kind: 'replace', path: 'hello.txt', from: 'Hi', to: 'Bye' }],
  [
    'replace Hi there with Bye in the file hello.txt.',
    { kind: 'replace', path: 'hello.txt', from: 'Hi there', to: 'Bye' },
  ],
  ['in hello.txt, change Hi to Bye', { kind: 'replace', path: 'hello.txt', from: 'Hi', to: 'Bye' }],
  ['edit hello.txt: replace Hi by Bye', { kind: 'replace', path: 'hello.txt', from: 'Hi', to: 'Bye' }],
  ['append "more" to hello.txt', { kind: 'append', path: 'hello.txt', content: 'more' }],
  ['add the line x = 1 to the end of a.py', { kind: 'append', path: 'a.py', content: 'x = 1' }],
  ['delete hello.txt', { kind: 'delete', path: 'hello.txt' }],
  ['remove the file hello', { kind: 'delete', path: 'hello' }],
  ['list the files', { kind: 'list' }],
  ['list the folder', { kind: 'list' }],
  ['show me all files in this folder', { kind: 'list' }],
  ['ls', { kind: 'list' }],
  ['list src/', { kind: 'list', path: 'src/' }],
  ['what files are here?', { kind: 'list' }],
  ['run `npm test`', run('npm test')],
  ['run npm test', run('npm test')],
  ['run: ls -la', run('ls -la')],
  ['run: if true; then echo "a b"; fi', run('if true; then echo "a b"; fi')],
  ['run: ls, then create a.txt', run('ls, then create a.txt')],
  ['execute the command "echo hi"', run('echo hi')],
  ['run grep "a b" x.txt', run('grep "a b" x.txt')],
  ['run `touch /x` outside the sandbox', run('touch /x', true)],
  ['think about bees', { kind: 'think', about: 'bees' }],
  ['write a long text about bees', { kind: 'essay', about: 'bees', words: 300 }],
  ['write 2000 words about bees.', { kind: 'essay', about: 'bees', words: 2000 }],
  ['say "hello"', { kind: 'say', text: 'hello' }],
  ['Reply with the single word OK', { kind: 'say', text: 'OK' }],
  ['hello', { kind: 'introduce' }],
  ['Hello there!', { kind: 'introduce' }],
  ['what can you do?', { kind: 'introduce' }],
  ['create a.txt with hi then run `ls`', write('a.txt', 'hi'), run('ls')],
  [
    'create a.txt with "hi", and then read a.txt. Then delete a.txt',
    write('a.txt', 'hi'),
    { kind: 'read', path: 'a.txt' },
    { kind: 'delete', path: 'a.txt' },
  ],
];

for (const [message, ...tasks] of UNDERSTOOD) {
  test(`understands: ${message.replaceAll('\n', '⏎')}`, () => {
    assert.deepEqual(understand(message), { kind: 'tasks', tasks });
  });
}

for (const message of [
  'what time is it?',
  'write a poem',
  'create a website',
  'run the tests',
  'fix the bug in main.c',
  'refactor everything',
  '',
  'delete everything',
  'show me the way',
]) {
  test(`does not pretend to understand: ${message}`, () => {
    assert.deepEqual(understand(message), { kind: 'unknown', part: message });
  });
}

test('names the part of a longer request that it did not understand', () => {
  assert.deepEqual(understand('list the files then fix "all" bugs'), { kind: 'unknown', part: 'fix "all" bugs' });
});

test('a very long text is judged quickly', () => {
  const begun = process.hrtime.bigint();
  understand(`please look at this: ${'create a file in the text to the line of '.repeat(50_000)}`);
  understand(`create big.txt with the text ${'word '.repeat(400_000)}`);
  understand('"'.repeat(100_000));
  assert.ok(process.hrtime.bigint() - begun < 5_000_000_000n);
});
