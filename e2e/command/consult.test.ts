// Consultation with the real agents, offline.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAgents, runConsultation } from '@parley/consult';
import type { ConsultReport } from '@parley/consult';
import type { Scenario } from '@parley/rehearsal';
import { openParley } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';

const approve = '{"verdict":"approve","confidence":0.9,"summary":"Fine.","findings":[]}';

function consult(parley: ParleyUnderTest): Promise<ConsultReport> {
  return runConsultation(
    {
      kind: 'validate',
      question: 'May it go in?',
      reviewers: [{ agent: 'codex' }, { agent: 'claude' }],
      judge: { agent: 'claude' },
      cwd: parley.work,
      policy: 'read-only',
      timeoutMs: 100_000,
    },
    clientAgents(parley.client),
  );
}

test('consultation: codex and claude review after a look at the folder, and a judge concludes', async (t) => {
  const scenario: Scenario = {
    rules: [
      { when: 'Bring their reviews together', steps: [{ say: '{"summary":"Both approve.","verdict":"approve"}' }] },
      {
        when: { text: 'independent reviewer', step: 0 },
        steps: [{ tool: { kind: 'shell', command: 'ls' } }],
      },
      { when: { text: 'independent reviewer', step: 1 }, steps: [{ say: `I looked: \`\`\`json\n${approve}\n\`\`\`` }] },
    ],
  };
  const parley = await openParley(t, { scenario });
  const report = await consult(parley);
  assert.equal(report.status, 'completed', JSON.stringify(report));
  assert.equal(report.agreement?.state, 'agree');
  assert.equal(report.confidence?.level, 'high');
  assert.equal(report.judge?.judgement?.form === 'structured' && report.judge.judgement.verdict, 'approve');
  const titles = (await parley.client.sessions()).map(({ title, policy }) => `${policy} ${title}`);
  assert.deepEqual(titles.toSorted(), [
    'read-only Judge: May it go in?',
    'read-only Review: May it go in?',
    'read-only Review: May it go in?',
  ]);
});

test('consultation: a model that knows no verdicts is no agreement', async (t) => {
  const parley = await openParley(t);
  const report = await consult(parley);
  assert.deepEqual(
    report.reviewers.map(({ reading, turnIds }) => [reading?.form, turnIds.length]),
    [
      ['unreadable', 2],
      ['unreadable', 2],
    ],
  );
  assert.equal(report.agreement?.state, 'not-comparable');
  assert.equal(report.confidence?.level, 'none');
});
