import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallestValue } from './json-schema.ts';

const CASES: readonly (readonly [string, object, unknown])[] = [
  [
    'only required properties',
    { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } }, required: ['a'] },
    { a: '' },
  ],
  [
    'nested objects',
    {
      type: 'object',
      properties: { a: { type: 'object', properties: { b: { type: 'boolean' } }, required: ['b'] } },
      required: ['a'],
    },
    { a: { b: false } },
  ],
  ['an array of at least two', { type: 'array', items: { type: 'integer', minimum: 3 }, minItems: 2 }, [3, 3]],
  ['an empty array', { type: 'array', items: { type: 'string' } }, []],
  ['a short string', { type: 'string', minLength: 3 }, '---'],
  ['an enum', { enum: ['x', 'y'] }, 'x'],
  ['a constant', { const: 5 }, 5],
  ['a nullable string', { type: ['string', 'null'] }, null],
  ['the first choice', { anyOf: [{ type: 'integer' }, { type: 'string' }] }, 0],
  [
    'a reference',
    {
      $defs: { n: { type: 'integer', minimum: 2 } },
      type: 'object',
      properties: { a: { $ref: '#/$defs/n' } },
      required: ['a'],
    },
    { a: 2 },
  ],
  [
    'all of',
    {
      allOf: [
        { properties: { a: { type: 'null' } }, required: ['a'] },
        { properties: { b: { type: 'string' } }, required: ['b'] },
      ],
    },
    { a: null, b: '' },
  ],
  ['a negative number', { type: 'integer', maximum: -4 }, -4],
  ['a range in words', { type: 'integer', description: 'Score from 1-100.' }, 1],
  ['above a bound', { type: 'integer', exclusiveMinimum: 4 }, 5],
  ['a multiple', { type: 'integer', minimum: 5, multipleOf: 4 }, 8],
  ['a date', { type: 'string', format: 'date' }, '2000-01-01'],
  ['no schema at all', {}, null],
];

for (const [name, schema, expected] of CASES) {
  test(`smallest value: ${name}`, () => {
    assert.deepEqual(smallestValue({ ...schema }), expected);
  });
}

test('a narrow fraction is met', () => {
  const value = smallestValue({ type: 'number', exclusiveMinimum: 0, maximum: 0.5 });
  assert.ok(typeof value === 'number' && value > 0 && value <= 0.5);
});

test('a schema that requires itself ends', () => {
  const value = smallestValue({ type: 'object', properties: { me: { $ref: '#' } }, required: ['me'] });
  assert.equal(typeof value, 'object');
});
