import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { installedBy } from './installed-by.ts';

function machine(t: TestContext): (path: string, text?: string) => string {
  const root = mkdtempSync(join(tmpdir(), 'parley-by-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return (path, text = '') => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
}

test('the place of a program tells who brings another version of it', async (t) => {
  const file = machine(t);
  const agentsDir = dirname(file('data/agents/keep'));
  const of = (agent: string, path: string, text?: string) => installedBy({ agent, path: file(path, text), agentsDir });
  assert.deepEqual(await of('codex', 'data/agents/codex/1.0.0/node_modules/@openai/codex/bin/codex'), {
    by: 'parley',
    name: 'codex',
    program: 'parley',
  });
  const npm = file('usr/bin/npm');
  assert.deepEqual(await of('codex', 'usr/lib/node_modules/@openai/codex/node_modules/@openai/codex-x64/codex'), {
    by: 'npm',
    name: '@openai/codex',
    program: npm,
  });
  const ways = [
    ['vibe', 'opt/homebrew/Cellar/mistral-vibe/1.0/bin/vibe', 'brew', 'mistral-vibe'],
    ['codex', 'opt/homebrew/Caskroom/codex/1.0/codex', 'brew', 'codex'],
    ['vibe', 'home/.local/share/uv/tools/mistral-vibe/bin/vibe', 'uv', 'mistral-vibe'],
    ['vibe', 'home/.local/pipx/venvs/mistral-vibe/bin/vibe', 'pipx', 'mistral-vibe'],
    ['opencode', 'home/.bun/install/global/node_modules/opencode-ai/bin/opencode', 'bun', 'opencode-ai'],
    ['claude', 'home/.local/share/claude/versions/2.1.329', 'vendor', 'claude'],
  ] as const;
  for (const [agent, path, by, name] of ways) {
    const found = await of(agent, path);
    assert.deepEqual([found?.by, found?.name], [by, name], path);
  }
  assert.deepEqual(await of('vibe', 'usr/local/bin/vibe', '#!/usr/bin/python3.12\nimport sys\n'), {
    by: 'pip',
    name: 'mistral-vibe',
    program: '/usr/bin/python3.12',
  });
});

test('a link is followed, and a place that tells nothing stays unknown', async (t) => {
  const file = machine(t);
  const agentsDir = dirname(file('data/agents/keep'));
  const real = file('home/.local/share/uv/tools/mistral-vibe/bin/vibe');
  const link = join(dirname(file('home/bin/keep')), 'vibe');
  symlinkSync(real, link);
  assert.equal((await installedBy({ agent: 'vibe', path: link, agentsDir }))?.by, 'uv');
  for (const [agent, path] of [
    ['vibe', 'opt/own/vibe'],
    ['codex', 'project/node_modules/@openai/codex/bin/codex'],
  ] as const)
    assert.equal(await installedBy({ agent, path: file(path, '#!/bin/sh\n'), agentsDir }), undefined);
  assert.equal(await installedBy({ agent: 'vibe', path: '/nowhere/vibe', agentsDir }), undefined);
});
