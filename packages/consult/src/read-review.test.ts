import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readReview } from './read-review.ts';

const json = JSON.stringify({
  verdict: 'reject',
  confidence: 0.8,
  summary: 'It loses writes.',
  findings: [{ severity: 'high', title: 'No lock', detail: 'Two writers race.', file: 'src/a.ts', line: 12 }],
});

const read = {
  form: 'structured',
  verdict: 'reject',
  confidence: 0.8,
  summary: 'It loses writes.',
  findings: [{ severity: 'high', title: 'No lock', detail: 'Two writers race.', file: 'src/a.ts', line: 12 }],
};

const shapes: readonly (readonly [name: string, answer: string])[] = [
  ['alone', json],
  ['spread over lines', JSON.stringify(JSON.parse(json), undefined, 2)],
  ['in a fence with a language', `Here it is:\n\n\`\`\`json\n${json}\n\`\`\`\nThat is all.`],
  ['in a fence without one', `\`\`\`\n${json}\n\`\`\``],
  ['within prose', `I looked at src/a.ts and think that ${json} is fair.`],
  ['after braces that are code', `\`function f() { return {a: 1}; }\` and { "broken": \n${json}`],
  ['with trailing commas', json.replace('}]}', '},],}')],
  ['wrapped by one key', `{"review": ${json}}`],
  ['after another object', `{"files": ["a.ts"]}\n${json}`],
  ['twice the same', `${json}\nOnce more:\n${json}`],
];

for (const [name, answer] of shapes) {
  test(`a verdict in JSON is read ${name}`, () => {
    assert.deepEqual(readReview(answer), read);
  });
}

test('fields that cannot be read are left out and nothing is guessed', () => {
  assert.deepEqual(
    readReview(
      '{"verdict":"Approved.","confidence":"very","summary":7,"findings":["slow",{"severity":"odd","message":"x","line":"12-14"},{},3]}',
    ),
    {
      form: 'structured',
      verdict: 'approve',
      summary: '',
      findings: [
        { severity: 'unrated', title: 'slow', detail: '' },
        { severity: 'unrated', title: 'x', detail: '', line: 12 },
      ],
    },
  );
});

test('confidence may be a share or a percentage, and is unknown where it could be either', () => {
  const confidence = (value: unknown) => {
    const reading = readReview(JSON.stringify({ verdict: 'approve', confidence: value }));
    return reading.form === 'structured' ? reading.confidence : 'not read';
  };
  assert.deepEqual([0, 1, 0.5, '0.5', 80, '80%', '80 %'].map(confidence), [0, 1, 0.5, 0.5, 0.8, 0.8, 0.8]);
  assert.deepEqual([1.5, -1, 101, '120%', null, 'high'].map(confidence), Array.from({ length: 6 }));
});

test('a verdict under a Markdown heading or in bold is read (G 50)', () => {
  const verdict = (answer: string) => {
    const reading = readReview(answer);
    return 'verdict' in reading ? reading.verdict : reading.form;
  };
  assert.equal(verdict('## Verdict\n\nAPPROVE\n\n## Rationale\nFine.'), 'approve');
  assert.equal(verdict('## Verdict APPROVE'), 'approve');
  assert.equal(verdict('**Verdict:** REJECT\n**Rationale:** …'), 'reject');
  assert.equal(verdict('Final verdict: mixed'), 'mixed');
  assert.equal(verdict('- Verdict: `unsure`'), 'unsure');
  assert.equal(verdict('1. **Verdict**: approve, but only with tests'), 'mixed');
  assert.equal(verdict('Verdict: request changes'), 'reject');
});

test('prose without an explicit verdict has none', () => {
  for (const answer of [
    'This looks good to me, I would merge it.',
    'Verdict: approve|reject|mixed|unsure',
    'Verdict: approve or reject, that is the question',
    'Verdict: no problems found',
    'The verdict of the court was to reject it.',
    '{"verdict": "it is what it is"}',
    '{"verdict": "approve"',
  ]) {
    assert.equal(readReview(answer).form, 'unreadable', answer);
  }
});

test('two different verdicts in one answer are none', () => {
  assert.deepEqual(readReview('They sent {"verdict":"approve"} but I say {"verdict":"reject"}.'), {
    form: 'unreadable',
    reason: 'The answer names several verdicts: approve and reject.',
  });
  assert.equal(readReview('Verdict: approve\nVerdict: reject').form, 'unreadable');
});

test('an empty answer is empty', () => {
  assert.deepEqual(readReview(' \n'), { form: 'empty' });
});

test('whatever an agent writes is read without an error, and soon', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.constantFrom('{', '}', '"', '{"', 'verdict', ':', ',', '\\', 'Verdict: ', 'approve', '\n'),
        ),
        {
          maxLength: 60,
        },
      ),
      (parts) => {
        readReview(parts.join(''));
      },
    ),
  );
  const begun = performance.now();
  assert.equal(readReview('{"a":'.repeat(200_000)).form, 'unreadable');
  assert.equal(readReview('"'.repeat(1_000_000)).form, 'unreadable');
  assert.ok(performance.now() - begun < 5000);
});
