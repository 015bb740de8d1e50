// Consultation with the real command, daemon and agents, offline.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { ConsultationId, ConsultReport } from '@parley/schema';
import type { Scenario } from '@parley/rehearsal';
import { openParley, within } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';
import { McpProcess } from '../mcp/mcp-process.ts';

const approve = '{"verdict":"approve","confidence":0.9,"summary":"Fine.","findings":[]}';
const reviewers = [{ agent: 'codex' }, { agent: 'claude' }];

async function parleyCommand(parley: ParleyUnderTest, args: readonly string[]) {
  const [program, ...first] = parley.command;
  const child = spawn(program, [...first, ...args], {
    cwd: parley.work,
    env: parley.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  await within(exited, `parley ${args.join(' ')}`);
  const [stdout, stderr] = await output;
  return { code: child.exitCode, stdout, stderr };
}

/** The report of a consultation that has ended. */
async function ended(parley: ParleyUnderTest, id: ConsultationId): Promise<ConsultReport> {
  const follow = async (): Promise<ConsultReport> => {
    let last: ConsultReport | undefined;
    for await (const report of parley.client.followConsultation(id)) last = report;
    assert.ok(last !== undefined);
    return last;
  };
  return within(follow(), 'the end of the consultation');
}

const afterALook: Scenario = {
  rules: [
    { when: 'Bring their reviews together', steps: [{ say: '{"summary":"Both approve.","verdict":"approve"}' }] },
    {
      when: { text: 'independent reviewer', step: 0 },
      steps: [{ tool: { kind: 'shell', command: 'ls' } }],
    },
    { when: { text: 'independent reviewer', step: 1 }, steps: [{ say: `I looked: \`\`\`json\n${approve}\n\`\`\`` }] },
  ],
};

test('consultation: codex and claude review after a look at the folder, a judge concludes, and the report stays', async (t) => {
  const parley = await openParley(t, { scenario: afterALook });
  const args = ['consult', 'May it go in?', '-a', 'codex,claude', '-j', 'claude', '--json'];
  const { code, stdout, stderr } = await parleyCommand(parley, args);
  assert.equal(code, 0, stdout + stderr);
  const report = JSON.parse(stdout) as ConsultReport;
  assert.equal(report.status, 'completed', stdout);
  assert.equal(report.agreement?.state, 'agree');
  assert.equal(report.confidence?.level, 'high');
  assert.equal(report.judge?.judgement?.form === 'structured' && report.judge.judgement.verdict, 'approve');
  const titles = (await parley.client.sessions()).map(({ title, policy }) => `${policy} ${title}`);
  assert.deepEqual(titles.toSorted(), [
    'read-only Judge: May it go in?',
    'read-only Review: May it go in?',
    'read-only Review: May it go in?',
  ]);
  await parley.restart();
  assert.deepEqual(await parley.client.consultation(report.id), report);
  const shown = await parleyCommand(parley, ['consultations', 'export', report.id]);
  assert.match(shown.stdout, /All that took a side say \*\*approve\*\* \(2 of 2\)[^]*I looked:/);
});

test('consultation: words without a verdict, asked for once more, are no agreement', async (t) => {
  const parley = await openParley(t, { scenario: { rules: [{ steps: [{ say: 'I cannot tell you.' }] }] } });
  const { id } = await parley.client.createConsultation({
    kind: 'validate',
    question: 'May it go in?',
    reviewers,
    cwd: parley.work,
  });
  const report = await ended(parley, id);
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

test('consultation: the rehearsal shows a whole report, and says in it what it is', async (t) => {
  const parley = await openParley(t);
  const args = ['consult', 'is it safe to delete notes.md?', '--agents', 'codex,claude', '--judge', 'codex'];
  const { code, stdout, stderr } = await parleyCommand(parley, [...args, '--json']);
  assert.equal(code, 0, stdout + stderr);
  const report = JSON.parse(stdout) as ConsultReport;
  assert.deepEqual(
    report.reviewers.map(({ reading, turnIds }) => [
      reading?.form,
      reading && 'verdict' in reading && reading.verdict,
      turnIds.length,
    ]),
    [
      ['structured', 'mixed', 1],
      ['structured', 'reject', 1],
    ],
  );
  assert.deepEqual([report.agreement?.state, report.confidence?.level], ['disagree', 'low']);
  const judgement = report.judge?.judgement;
  assert.ok(judgement?.form === 'structured' && judgement.verdict === 'unsure', stdout);
  assert.match(judgement.disagreements.join(), /mixed, reject/);
  assert.ok(
    report.reviewers.every(({ answer }) => answer?.includes('no model has read anything')),
    stdout,
  );
  const compared = await parleyCommand(parley, [
    'consult',
    '-k',
    'compare',
    'which index?',
    ...args.slice(2),
    '--json',
  ]);
  const { reviewers: answers, judge } = JSON.parse(compared.stdout) as ConsultReport;
  assert.ok(
    answers.every(({ answer }) => answer?.startsWith('This is a rehearsal: ')),
    compared.stdout,
  );
  assert.ok(judge?.judgement?.form === 'structured' && judge.judgement.best === 'tie', compared.stdout);
  assert.deepEqual(
    judge.judgement.ranking.map(({ answer }) => answer),
    ['A', 'B'],
  );
});

test('consultation: the daemon is killed while reviewers work and while the judge does; nobody is asked twice', async (t) => {
  const scenario: Scenario = {
    rules: [
      { when: 'Bring their reviews together', steps: [{ gate: 'judge' }, { say: '{"summary":"Both approve."}' }] },
      { when: 'independent reviewer', steps: [{ gate: 'review' }, { say: approve }] },
    ],
  };
  const parley = await openParley(t, { scenario });
  const { id } = await parley.client.createConsultation({
    kind: 'validate',
    question: 'May it go in?',
    reviewers,
    judge: { agent: 'codex' },
    cwd: parley.work,
  });
  await within(parley.models.reached('review'), 'a reviewer at work');
  await parley.restart();
  parley.models.open('review');
  await within(parley.models.reached('judge'), 'the judge at work');
  await parley.restart();
  parley.models.open('judge');
  const report = await ended(parley, id);
  assert.equal(report.status, 'completed', JSON.stringify(report));
  assert.equal(report.agreement?.state, 'agree');
  const sessions = await parley.client.sessions();
  assert.equal(sessions.length, 3);
  for (const session of sessions) {
    const turns = await parley.client.turns(session.id);
    assert.deepEqual(
      turns.map(({ state }) => state),
      ['completed'],
    );
  }
});

test('validation over MCP: codex and claude answer, the report is there by its id, and an absent agent is skipped (G 49, G 51)', async (t) => {
  const parley = await openParley(t, { scenario: afterALook });
  const mcp = await McpProcess.start({
    command: parley.command,
    env: parley.env,
    cwd: parley.work,
    patienceMs: 120_000,
  });
  t.after(() => mcp.kill());
  const asked = await mcp.facts('validate_with_models', {
    question: 'May it go in?',
    models: ['codex', 'claude', 'mistral'],
    syncDeadlineMs: 0,
  });
  const verdictsOf = (facts: typeof asked) =>
    (facts['results'] as readonly { provider: string; status: string; verdict: string }[]).map(
      ({ provider, status, verdict }) => [provider, status, verdict],
    );
  const expected = [
    ['codex', 'completed', 'approve'],
    ['claude', 'completed', 'approve'],
    ['mistral', 'skipped', 'not_run'],
  ];
  assert.deepEqual(verdictsOf(asked), expected);
  assert.deepEqual([asked['status'], asked['confidence']], ['partial', 'medium']);
  await parley.restart();
  const later = await mcp.facts('validation_report', { validationId: asked['validationId'] });
  assert.deepEqual(verdictsOf(later), expected);
  assert.equal(await mcp.leave(), 0);
});
