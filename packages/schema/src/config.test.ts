import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigSchema } from './config.ts';

test('an empty file is a good one, and these are its values', () => {
  assert.deepEqual(ConfigSchema.parse({}), {
    agents: {},
    mcp: { max_sessions: 100, idle_timeout: 1800 },
    policy: { default: 'ask', full: [] },
    server: { port: 7337, host: '127.0.0.1', hosts: [], origins: [] },
    deadlines: {
      start: 30,
      handshake: 30,
      first_byte: 120,
      idle: 900,
      idle_high: 1800,
      idle_xhigh: 3600,
      unreachable: 180,
      tool: 3600,
      approval: 600,
      interrupt: 10,
      end_step: 2,
      keep_warm: 180,
      keep_warm_requests: 30,
    },
    runs: { max_output_bytes: 256 * 1024 * 1024, max_line_bytes: 32 * 1024 * 1024, max_processes: 32 },
    queue: { max: 100 },
    recorder: { text: 'redacted', days: 30 },
    telemetry: { content: false },
    requests: {
      dedup_window: 3600,
      retention_days: 30,
      approval_strategy: 'legacy',
      approval_policy: 'balanced',
      ask_person: false,
      log_prompts: false,
    },
    retries: { max: 0, max_wait: 60 },
  });
});

test('what is not set in a section keeps its default', () => {
  const { server, agents } = ConfigSchema.parse({ server: { port: 1 }, agents: { codex: { model: 'm' } } });
  assert.deepEqual(server, { port: 1, host: '127.0.0.1', hosts: [], origins: [] });
  assert.deepEqual(agents['codex'], {
    model: 'm',
    args: [],
    env: {},
    unset: [],
    allow_env: [],
    added_folders: [],
    aliases: {},
    profiles: {},
  });
});

for (const [what, config] of [
  ['an unknown entry', { colour: 'red' }],
  ['an unknown entry in a section', { server: { prot: 1 } }],
  ['an unknown entry of an agent', { agents: { codex: { modle: 'm' } } }],
  ['a port that there is not', { server: { port: 65_536 } }],
  ['a policy that there is not', { policy: { default: 'anything' } }],
  ['a time of nothing', { deadlines: { idle: 0 } }],
  ['a time of more than a week', { deadlines: { idle: 604_801 } }],
  ['a model server that is no web address', { agents: { codex: { model_url: 'file:///etc/passwd' } } }],
  ['a key where its variable belongs', { agents: { codex: { model_key_env: 'sk-secret' } } }],
  ['a relative folder with full rights', { policy: { full: ['work'] } }],
  ['a folder with full rights that a shell would have to read', { policy: { full: ['~/work'] } }],
] as const) {
  test(`${what} is refused`, () => assert.equal(ConfigSchema.safeParse(config).success, false));
}
