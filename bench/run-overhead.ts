// What Parley adds to an agent: `parley run` with a warm daemon against the vendor's own command line, same prompt, same model server.

import { createRehearsal } from '@parley/rehearsal';
import { installRealAgents } from '../scripts/agents.mjs';
import { bareClaude, bareCodex, claudeEnv, models } from './bare-agents.ts';
import { bundle, Daemon, Sandbox } from './sandbox.ts';
import type { Section } from './section.ts';
import { show, showSpread, spreadOf } from './statistics.ts';
import { inTurns, timeOf } from './timing.ts';

const rounds = 15;
const aimMs = 50;
const prompt = 'Say hello.';
type Agent = keyof typeof models;

export async function runOverhead(): Promise<Section> {
  const real = await installRealAgents();
  const server = await createRehearsal({ pace: 0 });
  const sandbox = new Sandbox('run');
  try {
    for (const [name, program] of [
      ['codex', real.codexNative],
      ['claude', real.claude],
    ] as const)
      sandbox.program(name, `#!/bin/sh\nexec '${program}' "$@"\n`);
    sandbox.configure(
      `[agents.codex]\nmodel_url = "${server.openaiUrl}"\nmodel = "${models.codex}"\n` +
        `[agents.claude]\nmodel_url = "${server.anthropicUrl}"\nmodel = "${models.claude}"\n`,
    );
    const daemon = await Daemon.start(sandbox);
    try {
      const throughParley = (agent: Agent) => async (): Promise<number> => {
        const argv = [process.execPath, bundle, 'run', agent, '--policy', 'full', '--quiet', prompt] as const;
        const ms = await timeOf({ argv: [...argv], env: sandbox.env, cwd: sandbox.work });
        // The agent stays up for the next turn; here it would only be in the way of the next sample.
        for (const { id } of await daemon.client.sessions()) await daemon.client.deleteSession(id);
        return ms;
      };
      const samples = await inTurns(rounds, {
        codex: () =>
          timeOf({
            ...bareCodex(real.codexNative, server.openaiUrl, prompt),
            cwd: sandbox.work,
            env: { ...sandbox.env, REHEARSAL_KEY: 'any' },
          }),
        parleyCodex: throughParley('codex'),
        claude: () =>
          timeOf({
            ...bareClaude(real.claude, prompt),
            cwd: sandbox.work,
            env: { ...sandbox.env, ...claudeEnv(server.anthropicUrl) },
          }),
        parleyClaude: throughParley('claude'),
      });
      return sectionOf(samples);
    } finally {
      await daemon.stop();
    }
  } finally {
    await server.close();
    sandbox.remove();
  }
}

function sectionOf(
  samples: Readonly<Record<'codex' | 'parleyCodex' | 'claude' | 'parleyClaude', readonly number[]>>,
): Section {
  const rows = (
    [
      ['codex exec', 'codex', 'parleyCodex'],
      ['claude -p', 'claude', 'parleyClaude'],
    ] as const
  ).map(([name, bare, parley]) => {
    const [alone, through] = [spreadOf(samples[bare]), spreadOf(samples[parley])];
    return { name, agent: bare, alone, through, overhead: through.median - alone.median };
  });
  return {
    title: '`parley run` against the bare command line',
    measures:
      'From the start of the command to its end: a fresh session with policy `full`, one short answer of the rehearsal server without ' +
      `any pause, the daemon is up. ${rounds} runs each, in turns.`,
    aim: `overhead ≤ ${aimMs} ms`,
    met: rows.every(({ overhead }) => overhead <= aimMs),
    head: ['', 'bare, ms', '`parley run`, ms', 'overhead, ms', 'ratio'],
    rows: rows.map(({ name, agent, alone, through, overhead }) => [
      `\`parley run ${agent}\` against \`${name}\``,
      showSpread(alone, 0),
      showSpread(through, 0),
      show(overhead),
      `${show(through.median / alone.median, 2)} ×`,
    ]),
  };
}
