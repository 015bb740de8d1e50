// The official conformance suites against the daemon as it ships: its listener, its gate, its sessions, its server, its tasks. Only the tools,
// resources and prompts that the suites call by name are added. Every check that runs has to pass, also where the revision does not require it:
// there is no list of expected failures.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { placesOf } from '@parley/client/node';
import { loadConfig, startDaemon } from '@parley/daemon';
import type { Extend } from '@parley/doors/mcp/http';
import { z } from 'zod';
import { inRoot } from '../../../scripts/lib/root.mjs';
import { addReplyingTools, addRequestingTools } from './asking-tools.ts';
import { openCredentialProxy } from './credential-proxy.ts';
import { addTaskTools, taskAgent } from './task-tools.ts';
import { addTestPrompts, addTestResources } from './test-resources.ts';
import { addTestTools } from './test-tools.ts';

const taskAgentFile = inRoot('e2e', 'mcp', 'conformance', 'task-agent.ts');

/** The revisions, and how many scenarios each requires of servers or runs beside what it requires (requirements/<revision>.yaml). */
const scenariosOf = { '2025-11-25': 33, '2026-07-28': 50 } as const;

/** Skills, an extension that Parley does not offer: no revision's set has them. */
const skills = ['sep-2640-skills-directory', 'sep-2640-skills-enumeration', 'sep-2640-skills-manifest'];

/** Checks that the suites leave out by themselves, and why: `scenario: check`, or all of a scenario. */
const leftOut: Readonly<Record<string, string>> = {
  'server-stateless: sep-2575-server-sends-prompts-list-changed-on-subscription': 'the list of prompts never changes',
  'server-stateless: sep-2575-server-sends-tools-list-changed-on-subscription': 'the list of tools never changes',
  'tasks-status-notifications': 'no check is written yet for the stream that they come in',
  ...Object.fromEntries(skills.map((scenario) => [scenario, 'the extension is not offered'])),
};

for (const [revision, scenarios] of Object.entries(scenariosOf)) {
  test(`every check of the suite for MCP ${revision} passes, required or not`, { timeout: 120_000 }, async (t) => {
    const { url, folder } = await openDaemon(t);
    const suite = await runSuite(t, folder, ['server', '--url', url, '--requirements', revision]);
    assert.equal(new Set(suite.map(({ scenario }) => scenario)).size, scenarios, 'scenarios that were run');
    assertPassed(suite);
  });
}

test('what the suites offer for servers is run at one revision or at both', { timeout: 120_000 }, async (t) => {
  const { url, folder } = await openDaemon(t);
  const ofRevisions = await Promise.all(
    Object.keys(scenariosOf).map((revision) => print(folder, ['list', '--requirements', revision])),
  );
  const known = new Set(ofRevisions.flatMap(namesIn));
  const rest = namesIn(await print(folder, ['list', '--server'])).filter((name) => !known.has(name));
  assert.deepEqual(rest, skills);
  for (const scenario of skills) {
    const checks = await runSuite(t, folder, ['server', '--url', url, '--scenario', scenario]);
    assert.ok(checks.length > 0, scenario);
    assertPassed(checks);
  }
});

/** Of scenarios, in a list that the suites print. */
function namesIn(list: string): readonly string[] {
  return [...list.matchAll(/^ +- (\S+)/gm)].map(([, name = '']) => name);
}

interface Check {
  readonly scenario: string;
  readonly id: string;
  readonly status: string;
  readonly words: string;
}

/** Those that were left out have to be known. */
function assertPassed(checks: readonly Check[]): void {
  const told = checks
    .filter(({ status, scenario, id }) => {
      if (status === 'SKIPPED') return !(scenario in leftOut) && !(`${scenario}: ${id}` in leftOut);
      return status !== 'SUCCESS' && status !== 'INFO';
    })
    .map(({ scenario, id, status, words }) => `${status} ${scenario}: ${id}: ${words}`);
  assert.deepEqual(told, []);
}

/** Runs scenarios; resolves with all their checks. */
async function runSuite(t: TestContext, folder: string, args: readonly string[]): Promise<readonly Check[]> {
  const results = await mkdtemp(join(folder, 'results-'));
  const printed = await print(folder, [...args, '--output-dir', results]);
  t.diagnostic(printed.split('\n').findLast((line) => line.includes('Total')) ?? '');
  const names = await readdir(results);
  const checks = await Promise.all(
    names.map(async (name) => {
      const told = await readFile(join(results, name, 'checks.json'), 'utf8');
      const scenario = name.replace(/^server-(.*)-\d{4}-\d{2}-\d{2}T.*$/, '$1');
      return CheckSchema.array()
        .parse(JSON.parse(told))
        .map(({ id, status, errorMessage: words = '' }) => ({ scenario, id, status, words }));
    }),
  );
  return checks.flat();
}

/** What the suites print; failures of checks are read from their files, so that all are told. */
async function print(cwd: string, args: readonly string[]): Promise<string> {
  const suites = inRoot('node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js');
  const child = spawn(process.execPath, [suites, ...args], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return printed;
}

const CheckSchema = z.looseObject({ id: z.string(), status: z.string(), errorMessage: z.string().optional() });

async function openDaemon(t: TestContext): Promise<{ readonly url: string; readonly folder: string }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'parley-conformance-')));
  const work = join(folder, 'work');
  await mkdir(work);
  t.after(() => rm(folder, { recursive: true, force: true }));
  const proxy = await openCredentialProxy(t);
  const hosts = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${proxy.port}`);
  const configFile = join(folder, 'config.toml');
  const agent = [`command = ${JSON.stringify(process.execPath)}`, `args = ${JSON.stringify([taskAgentFile])}`];
  const lines = ['[server]', 'port = 0', `hosts = ${JSON.stringify(hosts)}`, `[agents."${taskAgent}"]`, ...agent];
  await writeFile(configFile, `${lines.join('\n')}\n`);
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    PARLEY_STATE_DIR: join(folder, 'state'),
    PARLEY_DATA_DIR: join(folder, 'data'),
    PARLEY_CONFIG: configFile,
  };
  const places = placesOf(env);
  const configuration = await loadConfig(configFile, env, []);
  const running = await startDaemon({
    places,
    configuration,
    env,
    command: [process.execPath, 'nothing'],
    tcp: true,
    log: (line) => t.diagnostic(line),
    extendMcp: extendWith(work),
  });
  t.after(() => running.stop('end'));
  const { port } = new URL(running.daemon.view().address ?? '');
  proxy.forward({ port: Number(port), token: (await readFile(places.tokenFile, 'utf8')).trim() });
  return { url: `http://localhost:${proxy.port}/mcp`, folder };
}

/** `work`: the folder that agents work in. */
function extendWith(work: string): Extend {
  return (...extended) => {
    const [server, , protocol] = extended;
    addTestTools(server);
    addTestResources(server);
    addTestPrompts(server);
    if (protocol.era === 'legacy') {
      addRequestingTools(server);
    } else {
      addReplyingTools(server, protocol);
      addTaskTools(work, ...extended);
    }
  };
}
