// `parley doctor` and `parley mcp install` beside the real daemon, the real agents and the real programs that the entries are for.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DoctorReportSchema } from '@parley/schema';
import type { DoctorReport } from '@parley/schema';
import { openParley } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';

interface Ended {
  readonly code: number | string | null | undefined;
  readonly output: string;
}

/** Never rejects. */
function execute(program: string, args: readonly string[], parley: ParleyUnderTest): Promise<Ended> {
  const env = { ...parley.env, GEMINI_CLI_TRUST_WORKSPACE: 'true' };
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd: parley.work, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr }),
    );
    child.stdin?.end();
  });
}

function command(parley: ParleyUnderTest, args: readonly string[]): Promise<Ended> {
  const [program, ...first] = parley.command;
  return execute(program, [...first, ...args], parley);
}

async function examine(parley: ParleyUnderTest): Promise<DoctorReport & { readonly code: Ended['code'] }> {
  const { code, output } = await command(parley, ['doctor', '--json']);
  return { ...DoctorReportSchema.parse(JSON.parse(output)), code };
}

const hanging = { rules: [{ steps: [{ say: 'Working on it ' }, { gate: 'go' }, { say: 'and done.' }] }] };

test('doctor: a working Parley is ok; a killed one is told with what it left, and doctor changes nothing (G 33, G 55)', async (t) => {
  const parley = await openParley(t, { scenario: hanging });
  const well = await examine(parley);
  assert.deepEqual([well.code, well.ok, well.daemon.pid], [0, true, parley.pid]);
  assert.deepEqual(
    well.agents.filter(({ usable }) => usable).map(({ name, backend }) => `${name} ${backend.kind}`),
    ['codex configured', 'claude configured'],
  );
  const { id } = await parley.session('codex');
  const { turnId } = await parley.client.submit(id, { text: 'go' });
  await parley.event(id, ({ type }) => type === 'item.delta' || type === 'item.started');
  await parley.kill();

  const state = parley.env['PARLEY_STATE_DIR'] ?? '';
  const before = readdirSync(state, { recursive: true, encoding: 'utf8' }).toSorted();
  const sick = await examine(parley);
  const codes = sick.findings.map(({ code }) => code);
  assert.ok(codes.includes('socket_stale') && codes.includes('processes_left'), codes.join());
  const owned = (await parley.ownedProcesses()).map(({ pid }) => pid);
  assert.ok(owned.length > 0 && owned.every((pid) => sick.leftRunning.includes(pid)), 'they all go on');
  assert.deepEqual(readdirSync(state, { recursive: true, encoding: 'utf8' }).toSorted(), before);

  await parley.start();
  parley.models.open('go');
  assert.equal((await parley.ended(id, turnId)).state, 'completed');
});

test('mcp install: the real Claude Code, Codex, Gemini CLI and OpenCode list Parley, and not after the uninstall', async (t) => {
  const parley = await openParley(t, {
    programs: ({ gemini, opencode }) => ({ gemini: `exec '${gemini}' "$@"`, opencode: `exec '${opencode}' "$@"` }),
  });
  const home = parley.env['HOME'] ?? '';
  for (const [client, program, listed] of [
    ['claude-code', 'claude', /parley: .*mcp - \S+ Connected/],
    ['codex', 'codex', /parley +\S+ +mcp .* enabled/],
    ['gemini', 'gemini', /parley: .*mcp \(stdio\) - Connected/],
    ['opencode', 'opencode', /parley[^\n]*connected/],
  ] as const) {
    const installed = await command(parley, ['mcp', 'install', client, '--yes']);
    assert.equal(installed.code, 0, installed.output);
    const path = join(home, '..', 'bin', program);
    assert.match((await execute(path, ['mcp', 'list'], parley)).output, listed);
    assert.equal((await command(parley, ['mcp', 'uninstall', client, '--yes'])).code, 0);
  }
  assert.doesNotMatch((await execute(join(home, '..', 'bin', 'codex'), ['mcp', 'list'], parley)).output, /parley/);
  assert.doesNotMatch(readFileSync(join(home, '.claude.json'), 'utf8'), /"parley"/);
});
