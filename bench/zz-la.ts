import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Sandbox } from './sandbox.ts';
import { openEmbedded, ask } from './embedded.ts';
import { installRealAgents } from '../scripts/agents.mjs';
const url = 'http://127.0.0.1:40309';
const real = await installRealAgents();
const sandbox = new Sandbox('large');
sandbox.program('codex', `#!/bin/sh\nexec '${real.codexNative}' "$@"\n`);
sandbox.program('claude', `#!/bin/sh\nexec '${real.claude}' "$@"\n`);
const core = await openEmbedded(sandbox, {
  agents: {
    codex: { model_url: url + '/v1', model: 'gpt-5.5' },
    claude: { model_url: url, model: 'claude-sonnet-5-5' },
  },
});
for (const [agent, mode] of [
  ['claude', 'print'],
  ['claude', 'stream-json'],
  ['codex', 'exec'],
  ['codex', 'app-server'],
] as const) {
  if (process.argv[2] && process.argv[2] !== mode) continue;
  for (let i = 0; i < 2; i++) {
    const { id } = await core.engine.createSession({ agent, mode, cwd: sandbox.work, policy: 'full' });
    const h = monitorEventLoopDelay({ resolution: 2 });
    h.enable();
    const t = performance.now();
    try {
      const turnId = await ask(core, id, 'hi');
      h.disable();
      console.log(
        agent,
        mode,
        Math.round(performance.now() - t),
        'ms; stall max',
        (h.max / 1e6).toFixed(1),
        'p99.9',
        (h.percentile(99.9) / 1e6).toFixed(1),
        (await core.engine.turn(id, turnId)).answer?.length,
      );
    } catch (e) {
      console.log(agent, mode, String(e).slice(0, 400));
    }
    await core.engine.deleteSession(id);
  }
}
await core.close('end');
sandbox.remove();
