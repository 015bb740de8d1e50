// What Parley's consultations ask, and what the persona gives; the real prompts meet it in e2e/command/consult.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consultationAnswer } from './consultation.ts';
import type { Conversation } from './conversation.ts';
import { personaReply } from './persona.ts';
import { objectOf } from './shape.ts';
import { CLAUDE_TOOLS, CODEX_SHELL, GEMINI_TOOLS, OPENCODE_TOOLS } from './test/tools.ts';
import { currentTurn } from './turn.ts';
import { readChat } from './wire/chat-read.ts';
import { readGemini } from './wire/gemini-read.ts';
import { readMessages } from './wire/messages-read.ts';
import { readResponses } from './wire/responses-read.ts';

const text = { type: 'string' };
const texts = { type: 'array', items: text };
const verdict = { enum: ['approve', 'reject', 'mixed', 'unsure'] };

const asked = (fields: object, more: object = {}) =>
  `Answer with one JSON object that fits this JSON Schema, and with nothing before or after it:\n${JSON.stringify({
    type: 'object',
    required: Object.keys(fields),
    properties: fields,
    ...more,
  })}`;
const reviewFields = { verdict, confidence: { type: 'number' }, summary: text, findings: { type: 'array' } };
const review = `You are a reviewer.\n\nThe question:\n\`\`\`\nrun \`ls\`\n\`\`\`\n\n${asked(reviewFields)}\n\nconfidence: from 0 to 1.`;
const judged = { summary: text, agreements: texts, disagreements: texts, recommendation: text, limitations: texts };
const synthesis = asked({ ...judged, verdict });
const ranking = { type: 'array', items: { properties: { answer: { enum: ['A', 'B'] } } } };
const comparison = asked({ ...judged, best: { enum: ['A', 'B', 'tie'] }, ranking });

function answer(prompt: string, dialect: Conversation['dialect'] = 'responses'): Record<string, unknown> {
  return { ...objectOf(JSON.parse(consultationAnswer(prompt, dialect) ?? '{}')) };
}

const wires: Readonly<Record<Conversation['dialect'], (person: string) => Conversation>> = {
  responses: (content) => readResponses({ tools: [CODEX_SHELL], input: [{ role: 'user', content }] }),
  messages: (content) => readMessages({ tools: CLAUDE_TOOLS, messages: [{ role: 'user', content }] }),
  chat: (content) => readChat({ tools: OPENCODE_TOOLS, messages: [{ role: 'user', content }] }),
  gemini: (content) =>
    readGemini(
      { tools: GEMINI_TOOLS, contents: [{ role: 'user', parts: [{ text: content }] }] },
      '/v1beta/models/m:generateContent',
    ),
};

test('on every wire a reviewer gives one JSON verdict, says that it is a rehearsal, and approves nothing', () => {
  const verdicts = Object.values(wires).map((wire) => {
    const conversation = wire(review);
    const steps = personaReply(conversation, currentTurn(conversation));
    const [said] = steps;
    assert.ok(steps.length === 1 && said?.kind === 'say');
    const given = objectOf(JSON.parse(said.text));
    assert.deepEqual(Object.keys(given).toSorted(), Object.keys(reviewFields).toSorted());
    assert.match(String(given['summary']), /^This is a rehearsal: .* no model has read anything/);
    assert.equal(given['confidence'], 0);
    return given['verdict'];
  });
  assert.deepEqual(verdicts, ['mixed', 'reject', 'unsure', 'mixed']);
});

test('one who is asked to say it again says the same', () => {
  assert.deepEqual(answer(`Your answer could not be read: it names none.\n\n${asked(reviewFields)}`), answer(review));
});

test('a field that the form requires and the persona does not know is filled', () => {
  assert.equal(answer(asked({ ...reviewFields, urgent: { type: 'boolean' } }))['urgent'], false);
});

test('a judge tells which verdicts the reviews name, and takes none for its own', () => {
  const reviewed = (...verdicts: readonly string[]) =>
    verdicts.map((one, index) => `Review ${index}:\n\`\`\`\n{"verdict":"${one}"}\n\`\`\``).join('\n\n');
  const differ = answer(`${reviewed('mixed', 'reject')}\n\n${synthesis}`);
  assert.equal(differ['verdict'], 'unsure');
  assert.deepEqual(differ['disagreements'], ['The reviews name different verdicts: mixed, reject.']);
  const agree = answer(`${reviewed('approve', 'approve')}\n\n${synthesis}`);
  assert.deepEqual([agree['verdict'], agree['agreements']], ['unsure', ['2 reviews name the verdict approve.']]);
  const prose = answer(`Review A:\n\`\`\`\nFine.\n\`\`\`\n\n${synthesis}`);
  assert.deepEqual([prose['agreements'], prose['disagreements']], [[], []]);
});

test('a comparison ranks every answer and prefers none', () => {
  const { best, ranking: ranked } = answer(comparison);
  assert.equal(best, 'tie');
  assert.deepEqual(
    (ranked as readonly object[]).map((one) => objectOf(one)['answer']),
    ['A', 'B'],
  );
});

test('a question whose answers are to be compared gets a rehearsed answer', () => {
  const compared = 'Answer the question below in your own words.\n\nThe question:\n```\ndelete a.txt\n```';
  assert.match(consultationAnswer(compared, 'responses') ?? '', /^This is a rehearsal: /);
});

test('a form that only stands in the material asks for nothing, nor does a plain request', () => {
  assert.equal(consultationAnswer(`what is this?\n\nThe material:\n\`\`\`\`\n${review}\n\`\`\`\``, 'chat'), undefined);
  assert.equal(consultationAnswer('create a.json with the text {"type":"object"}', 'chat'), undefined);
  assert.equal(consultationAnswer('{not json', 'chat'), undefined);
});

test('a form that the agent itself asks for is not taken for a consultation', () => {
  const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
  const routed = { ...wires.responses(review), tools: [], outputSchema: schema };
  assert.deepEqual(personaReply(routed, currentTurn(routed)), [{ kind: 'say', text: '{"ok":false}' }]);
});
