import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { optimizePrompt, optimizeResponse } from './optimize.ts';

const both = [optimizePrompt, optimizeResponse];

test('a prompt loses its courtesy and spaces that mean nothing', () => {
  const { text, ...told } = optimizePrompt(
    'Please could you please fix the parser.  It fails.   \n\n\n\nThen  run the tests.\n\n',
  );
  assert.equal(text, 'fix the parser. It fails.\n\nThen run the tests.');
  assert.equal(told.applied, true);
  assert.deepEqual(told.rules, [
    'courtesy',
    'spaces between sentences',
    'spaces at the end of a line',
    'spaces between words',
    'empty lines',
  ]);
  assert.ok(told.after < told.before);
  assert.equal(told.after, text.length);
});

test('an answer keeps every word', () => {
  assert.equal(
    optimizeResponse('Please restart.  Of course!  \n\n\nDone.').text,
    'Please restart. Of course!\n\nDone.',
  );
});

test('words that mean something stay', () => {
  for (const text of [
    'Find the critical bugs. The value is a string, not a boolean.',
    'Do a comprehensive and thorough review of the overall design.',
    'Can you run Python here?',
    '1. first\n2. second\n3. third',
    '- a\n- b',
    'Change foo to bar in the file x on line 3.',
  ])
    assert.deepEqual(optimizePrompt(text), {
      text,
      applied: false,
      rules: [],
      before: text.length,
      after: text.length,
    });
});

test('what the agent is to work on is no courtesy', () => {
  for (const text of [
    'Translate the following: please come in.',
    'Translate this sentence. Please come in.',
    'Answer with "Please wait." only.',
    "Print 'Well. Please wait.' and stop.",
    'Reword it.\n\nPlease come in.',
    'Say “Well. Please go.” to him.',
  ])
    assert.equal(optimizePrompt(text).text, text);
});

const exact = {
  'a fence': 'x\n```js\nconst a  =  1;   \n\n\n\nplease();\n```\ny',
  'a fence of tildes': '~~~\nkindly  do   \n\n\n~~~',
  'a fence that is never closed': 'Look\n```\na   \n\n\n\nb  ',
  'a fence in a list': '- ```\n  a   \n\n\n  b\n  ```',
  'a longer fence around a shorter one': '````\n```\na   \n```\n\n\n\n````',
  'indented code': 'See\n\n\n    a   \n\n\n    b\n\n\nend',
  'code indented by tabs': 'See\n\n\n\ta   \n\tb',
  'inline code': 'Call `a.  B   ` and ``c `  d`` there.',
  'inline code over two lines': 'Call `a  \n b` there.',
  'a table': '| a   | b |\n|-----|---|\n| c   | d |  ',
  columns: 'name  value\nfoo  bar',
  'a diff': 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a   \n+b  \n \n\n\n c',
  'an address': 'See https://example.org/a?b=please%20c.  ok',
  'a quotation of several paragraphs': 'He said "Well.  \n\n\n\nGo.  Now" then.',
  'JSON in words': 'Use\n{\n  "a":  "b  c",\n\n\n\n  "d": [1]   \n}\nnow',
  XML: '<document>\nplease  keep   \n\n\n\nthis\n</document>',
  'a heading': '## A   heading',
  'somebody else’s words': '> please   come  ',
};
for (const [what, text] of Object.entries(exact)) {
  test(`${what} stays byte for byte (G 43)`, () => {
    for (const optimize of both) assert.equal(optimize(text).text, text);
  });
}

test('JSON is never altered, whatever is in it (G 43)', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(4), (json, indentation) => {
      const text = JSON.stringify(JSON.parse(json), undefined, indentation);
      for (const optimize of both) assert.equal(optimize(text).text, text);
    }),
  );
});

const piece = fc.constantFrom(
  'please',
  'Could you please',
  'I would like you to',
  'fix it.',
  '  ',
  '   ',
  'the parser.',
  'Now',
  '"',
  "'",
  "don't",
  '`',
  '``',
  '“',
  '”',
  ':',
  '{',
  '}',
  '|',
  '<a>',
  '</a>',
  'a.  B',
  'word  word',
  '\t',
);
const line = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(' '));
const special = fc.constantFrom(
  '```',
  '~~~',
  '    code  here',
  '',
  '',
  '',
  '   ',
  'diff --git a b',
  '- item',
  '\r',
  '```js',
);
const texts = fc
  .array(fc.oneof(line, special, fc.string({ unit: 'binary' })), { maxLength: 12 })
  .map((lines) => lines.join('\n'));

test('optimising twice changes nothing more, and never makes longer', () => {
  fc.assert(
    fc.property(texts, (text) => {
      for (const optimize of both) {
        const once = optimize(text);
        assert.ok(once.text.length <= text.length);
        assert.equal(once.applied, once.text !== text);
        assert.equal(once.applied, once.rules.length > 0);
        assert.equal(optimize(once.text).text, once.text);
      }
    }),
    { numRuns: 3000 },
  );
});

test('fenced code keeps every byte, whatever stands around it (G 43)', () => {
  const code = fc
    .array(fc.oneof(line, fc.string()), { maxLength: 6 })
    .map((lines) => lines.join('\n').replaceAll(/[`~]/g, '.'));
  const words = fc
    .array(fc.constantFrom('Please fix it.', 'Then  go on.  ', '', '', '- point'), { maxLength: 5 })
    .map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(words, code, words, fc.constantFrom('```', '~~~', '````'), (before, inside, after, mark) => {
      const block = `\n${mark}ts\n${inside}\n${mark}\n`;
      for (const optimize of both) assert.ok(optimize(before + block + after).text.includes(block.trimEnd()));
    }),
    { numRuns: 2000 },
  );
});

test('indentation stays', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(8), fc.constantFrom('do this', 'please do that', '- x', 'a.  B  ')), { maxLength: 8 }),
      (lines) => {
        const text = lines.map(([depth, words]) => ' '.repeat(depth) + words).join('\n');
        const depths = (whole: string): readonly number[] => whole.split('\n').map((each) => each.search(/\S|$/));
        assert.deepEqual(depths(optimizeResponse(text).text), depths(text));
      },
    ),
  );
});

test('a text of a megabyte takes no time to speak of', () => {
  for (const part of ['`', '"', "' 'a ", '<a>\n', '{\n', 'please ', '  a', '. ', '\n\n', '```\n', '“'])
    for (const optimize of both) {
      const start = performance.now();
      optimize(part.repeat(Math.ceil(1_000_000 / part.length)));
      assert.ok(performance.now() - start < 5000, `${JSON.stringify(part)} took ${performance.now() - start} ms`);
    }
});
