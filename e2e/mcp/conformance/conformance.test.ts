// The official conformance suites against the daemon as it ships: its listener, its gate, its sessions, its server. Only the tools, resources
// and prompts that the suites call by name are added. What a revision requires has to pass, all of it: there is no list of expected failures.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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
import { addTestPrompts, addTestResources } from './test-resources.ts';
import { addTestTools } from './test-tools.ts';

/** What the suites of the two revisions require (requirements/<revision>.yaml), and how many scenarios that are. */
const required = { '2025-11-25': 30, '2026-07-28': 37 } as const;

const extend: Extend = (server, _door, protocol) => {
  addTestTools(server);
  addTestResources(server);
  addTestPrompts(server);
  if (protocol.era === 'modern') addReplyingTools(server, protocol);
  else addRequestingTools(server);
};

for (const [revision, scenarios] of Object.entries(required)) {
  test(`everything that MCP ${revision} requires of a server is passed`, { timeout: 120_000 }, async (t) => {
    const { url, folder } = await openDaemon(t);
    const suite = inRoot('node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js');
    const args = [suite, 'server', '--url', url, '--requirements', revision, '--output-dir', join(folder, 'results')];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const [printed, failed] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    t.diagnostic(printed.split('\n').findLast((line) => line.includes('Total')) ?? '');
    const results = await readResults(join(folder, 'results'));
    const told = results.flatMap(({ scenario, failures }) => failures.map((failure) => `${scenario}: ${failure}`));
    assert.equal(child.exitCode, 0, `${told.join('\n')}\n${failed}`);
    assert.ok(results.length >= scenarios, `${results.length} scenarios were run`);
  });
}

interface Result {
  readonly scenario: string;
  readonly failures: readonly string[];
}

/** One folder for each scenario that was run, with its checks. */
async function readResults(folder: string): Promise<readonly Result[]> {
  const names = await readdir(folder);
  return Promise.all(
    names.map(async (name) => {
      const checks = CheckSchema.array().parse(JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8')));
      const failures = checks
        .filter(({ status }) => status === 'FAILURE')
        .map(({ id, errorMessage = '' }) => `${id}: ${errorMessage}`);
      return { scenario: name.replace(/^server-(.*?)-\d{4}-.*$/, '$1'), failures };
    }),
  );
}

const CheckSchema = z.looseObject({ id: z.string(), status: z.string(), errorMessage: z.string().optional() });

async function openDaemon(t: TestContext): Promise<{ readonly url: string; readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-conformance-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const proxy = await openCredentialProxy(t);
  const hosts = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${proxy.port}`);
  const configFile = join(folder, 'config.toml');
  await writeFile(configFile, `[server]\nport = 0\nhosts = ${JSON.stringify(hosts)}\n`);
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
    extendMcp: extend,
  });
  t.after(() => running.stop('end'));
  const { port } = new URL(running.daemon.view().address ?? '');
  proxy.forward({ port: Number(port), token: (await readFile(places.tokenFile, 'utf8')).trim() });
  return { url: `http://localhost:${proxy.port}/mcp`, folder };
}
