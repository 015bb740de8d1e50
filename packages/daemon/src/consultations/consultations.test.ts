import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Engine } from '@parley/engine';
import { ParleyError } from '@parley/schema';
import type { AgentView, ConsultationId, ConsultReport, CreateConsultation, ErrorCode } from '@parley/schema';
import { openStore } from '@parley/store';
import { FakeSessions } from '../test/fake-sessions.ts';
import { Consultations } from './consultations.ts';

const approve = '{"verdict":"approve","confidence":0.9,"summary":"Fine.","findings":[]}';
const request: CreateConsultation = {
  kind: 'validate',
  question: 'Is it right?',
  reviewers: [{ agent: 'codex' }, { agent: 'claude' }],
  cwd: '/code',
};

const refused = (code: ErrorCode) => (error: unknown) => ParleyError.is(error) && error.code === code;

const view = (name: string, kind: AgentView['backend']['kind'] = 'login', installed = true): AgentView => ({
  name,
  title: name,
  installed,
  provenVersion: '1',
  backend: { kind, detail: '' },
  modes: ['x'],
  capabilities: {} as AgentView['capabilities'],
  loginHint: '',
});

/** Consultations over a store and sessions that outlive them. */
async function setting(t: TestContext, views: readonly AgentView[] = []) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const store = await openStore({ file: path.join(folder, 'parley.db') });
  const sessions = new FakeSessions();
  const troubles: unknown[] = [];
  const open = async (): Promise<Consultations> => {
    const consultations = new Consultations({
      engine: sessions as unknown as Engine,
      agents: { views: async () => views },
      store,
      report: (_text, error) => troubles.push(error),
    });
    t.after(() => consultations.close('keep'));
    await consultations.resume();
    return consultations;
  };
  t.after(async () => {
    await store.close();
    assert.deepEqual(troubles, []);
  });
  return { sessions, store, troubles, open };
}

/** The first report that fits, of those that are told. */
async function until(
  consultations: Consultations,
  id: ConsultationId,
  fits: (report: ConsultReport) => boolean = ({ status }) => status !== 'running',
): Promise<ConsultReport> {
  const { promise, resolve, reject } = Promise.withResolvers<ConsultReport>();
  const changed = (report: ConsultReport): void => void (fits(report) && resolve(report));
  const unwatch = await consultations.watch(id, { changed, deleted: () => reject(new Error('deleted')) });
  return promise.finally(unwatch);
}

test('a report is kept, rebuilt as turns end, and there by its id and in the list (G 51)', async (t) => {
  const { sessions, open } = await setting(t);
  const consultations = await open();
  const { id, status } = await consultations.create(request);
  assert.equal(status, 'running');
  await Promise.all([sessions.asked('codex'), sessions.asked('claude')]);
  assert.deepEqual(
    sessions.sessions().map(({ policy, cwd, title }) => [policy, cwd, title]),
    Array.from({ length: 2 }, () => ['read-only', '/code', 'Review: Is it right?']),
  );
  sessions.answer('codex', approve);
  await until(consultations, id, ({ reviewers }) => reviewers[0]?.state === 'answered');
  assert.equal((await consultations.report(id)).status, 'running');
  sessions.answer('claude', approve);
  await until(consultations, id);
  const report = await (await open()).report(id);
  assert.equal(report.status, 'completed');
  assert.equal(report.agreement?.state, 'agree');
  assert.match(await consultations.markdown(id), /All that took a side say \*\*approve\*\*/);

  const again = await consultations.create(request);
  assert.notEqual(again.id, id);
  await Promise.all([sessions.asked('codex', 2), sessions.asked('claude', 2)]);
  sessions.answer('codex', approve);
  sessions.answer('claude', approve);
  assert.equal((await until(consultations, again.id)).status, 'completed');
  const list = await consultations.list(10);
  assert.deepEqual(
    list.map((one) => [one.id, one.status, one.agreement, one.reviewers[0]?.verdict]),
    [
      [again.id, 'completed', 'agree', 'approve'],
      [id, 'completed', 'agree', 'approve'],
    ],
  );
  assert.equal((await consultations.list(1)).length, 1);
});

test('one that is absent is skipped with the reason, and the others run (G 49)', async (t) => {
  const { sessions, open } = await setting(t);
  sessions.absent.add('codex');
  const consultations = await open();
  const { id } = await consultations.create(request);
  await sessions.asked('claude');
  sessions.answer('claude', approve);
  const report = await until(consultations, id);
  assert.equal(report.status, 'partial');
  assert.deepEqual(
    report.reviewers.map(({ state, error }) => [state, error?.code]),
    [
      ['skipped', 'agent_not_installed'],
      ['answered', undefined],
    ],
  );
  assert.match(report.limitations.join(), /codex was skipped: codex is not installed/);
});

test('the next daemon goes on: who was asked is waited for, the judge is asked, nobody twice', async (t) => {
  const { sessions, open } = await setting(t);
  const first = await open();
  const { id } = await first.create({ ...request, judge: { agent: 'gemini' } });
  await Promise.all([sessions.asked('codex'), sessions.asked('claude')]);
  sessions.answer('codex', approve);
  await until(first, id, ({ reviewers }) => reviewers[0]?.state === 'answered');
  await first.close('keep');
  sessions.answer('claude', approve);
  const second = await open();
  await sessions.asked('gemini');
  await second.close('keep');
  sessions.answer('gemini', '{"summary":"Both approve.","verdict":"approve"}');
  const report = await until(await open(), id);
  assert.equal(report.status, 'completed');
  assert.equal(report.judge?.judgement?.form, 'structured');
  for (const agent of ['codex', 'claude', 'gemini']) assert.equal(sessions.turnsOf(agent).length, 1, agent);
  assert.equal(sessions.sessions().length, 3);
});

test('an interruption stops all who work and keeps what was said, and holds for the next daemon too', async (t) => {
  const { sessions, open } = await setting(t);
  const consultations = await open();
  const { id } = await consultations.create({ ...request, judge: { agent: 'gemini' } });
  await Promise.all([sessions.asked('codex'), sessions.asked('claude')]);
  sessions.answer('codex', approve);
  await until(consultations, id, ({ reviewers }) => reviewers[0]?.state === 'answered');
  await consultations.interrupt(id);
  const report = await until(consultations, id);
  assert.equal(report.status, 'interrupted');
  assert.deepEqual(
    report.reviewers.map(({ state }) => state),
    ['answered', 'interrupted'],
  );
  assert.equal(report.judge?.state, 'not-asked');
  assert.equal((await consultations.interrupt(id)).status, 'interrupted');
  assert.deepEqual(sessions.turnsOf('gemini'), []);
});

test('a daemon that ends its runs ends its consultations', async (t) => {
  const { sessions, open } = await setting(t);
  const consultations = await open();
  const { id } = await consultations.create(request);
  await Promise.all([sessions.asked('codex'), sessions.asked('claude')]);
  await consultations.close('end');
  assert.equal((await (await open()).report(id)).status, 'interrupted');
});

test('one whose session is deleted has failed, and says why', async (t) => {
  const { sessions, open } = await setting(t);
  const consultations = await open();
  const { id } = await consultations.create(request);
  await Promise.all([sessions.asked('codex'), sessions.asked('claude')]);
  const [session] = sessions.sessions().filter(({ agent }) => agent === 'codex');
  assert.ok(session !== undefined);
  await sessions.deleteSession(session.id);
  sessions.answer('claude', approve);
  const report = await until(consultations, id);
  assert.match(report.reviewers[0]?.error?.message ?? '', /was deleted/);
});

test('a deleted one is interrupted and gone, and who follows it hears of that', async (t) => {
  const { sessions, open } = await setting(t);
  const consultations = await open();
  const { id } = await consultations.create(request);
  await sessions.asked('codex');
  const told = Promise.withResolvers<void>();
  await consultations.watch(id, { changed: () => undefined, deleted: told.resolve });
  await consultations.delete(id);
  await told.promise;
  assert.deepEqual(await consultations.list(10), []);
  assert.equal(sessions.turnsOf('codex')[0]?.state, 'interrupted');
  for (const act of [
    () => consultations.report(id),
    () => consultations.markdown(id),
    () => consultations.interrupt(id),
    () => consultations.delete(id),
    () => consultations.watch(id, { changed: () => undefined, deleted: () => undefined }),
  ]) {
    await assert.rejects(act, refused('unknown_consultation'));
  }
});

test('one idempotency key makes one consultation, also at the same time and after a restart', async (t) => {
  const { open } = await setting(t);
  const first = await open();
  const keyed = { ...request, idempotencyKey: 'once' };
  const [one, two] = await Promise.all([first.create(keyed), first.create(keyed)]);
  assert.equal(one.id, two.id);
  await first.close('keep');
  const second = await open();
  assert.equal((await second.create(keyed)).id, one.id);
  await assert.rejects(second.create({ ...keyed, question: 'Another?' }), refused('idempotency_conflict'));
  assert.equal((await second.list(10)).length, 1);
});

test('a daemon that stops begins no more, and says so: the client asks the next one', async (t) => {
  for (const runs of ['keep', 'end'] as const) {
    const { open } = await setting(t);
    const consultations = await open();
    const closed = consultations.close(runs);
    await assert.rejects(consultations.create(request), refused('shutting_down'));
    await closed;
    assert.deepEqual(await consultations.list(10), []);
  }
});

test('one that the next daemon cannot read has failed, and the others go on', async (t) => {
  const { sessions, store, troubles, open } = await setting(t);
  const first = await open();
  const unreadable = [await first.create(request), await first.create(request)];
  const { id } = await first.create(request);
  await sessions.asked('codex', 3);
  await first.close('keep');
  for (const [n, record] of ['{', '{"reviewers":7}'].entries()) {
    const row = await store.consultation(unreadable[n]?.id ?? id);
    assert.ok(row);
    await store.putConsultation({ ...row, record });
  }
  const second = await open();
  assert.equal(troubles.splice(0).length, 2);
  assert.deepEqual(
    (await second.list(10)).map(({ status }) => status),
    ['running', 'failed', 'failed'],
  );
  for (const one of unreadable) {
    await assert.rejects(second.report(one.id), /cannot be read/);
    await second.delete(one.id);
  }
  assert.equal((await second.interrupt(id)).id, id);
  await open();
  assert.deepEqual(troubles, []);
});

test('what cannot be meant is refused before anybody is asked', async (t) => {
  const { sessions, open } = await setting(t);
  sessions.unknown.add('cladue');
  const consultations = await open();
  for (const [change, code] of [
    [{ question: ' ' }, 'invalid_request'],
    [{ reviewers: [] }, 'invalid_request'],
    [{ reviewers: [{ agent: 'codex' }, { agent: 'cladue' }] }, 'unknown_agent'],
    [{ judge: { agent: 'cladue' } }, 'unknown_agent'],
  ] as const) {
    await assert.rejects(consultations.create({ ...request, ...change }), refused(code));
  }
  assert.deepEqual(sessions.sessions(), []);
  assert.deepEqual(await consultations.list(10), []);
});

test('when nobody is named, claude and codex are asked where they are usable, else two others', async (t) => {
  const usual = async (views: readonly AgentView[], change: Partial<CreateConsultation> = {}) => {
    const { open } = await setting(t, views);
    const { reviewers: _, ...rest } = request;
    const { request: whole } = await (await open()).create({ ...rest, ...change });
    return [...whole.reviewers.map(({ agent }) => agent), whole.judge?.agent];
  };
  const all = ['codex', 'claude', 'gemini', 'kimi'].map((name) => view(name));
  assert.deepEqual(await usual(all), ['claude', 'codex', undefined]);
  assert.deepEqual(await usual(all.slice(2)), ['gemini', 'kimi', undefined]);
  assert.deepEqual(await usual([view('codex', 'login', false), view('gemini'), view('claude')]), [
    'claude',
    'gemini',
    undefined,
  ]);
  assert.deepEqual(await usual([view('codex', 'rehearsal'), view('gemini')]), ['gemini', undefined]);
  assert.deepEqual(await usual([view('codex', 'rehearsal'), view('claude', 'rehearsal')]), [
    'claude',
    'codex',
    undefined,
  ]);
  assert.deepEqual(await usual(all, { kind: 'compare', answers: ['a', 'b'] }), ['claude']);
  assert.deepEqual(await usual(all, { kind: 'ask' }), ['claude', undefined]);
  assert.deepEqual(await usual(all, { kind: 'second-opinion' }), ['codex', undefined]);
  assert.deepEqual(await usual(all, { kind: 'compare' }), ['claude', 'codex', 'claude']);
  await assert.rejects(usual([]), refused('invalid_request'));
});
