// What the drivers say of themselves: capabilities, and what becomes of a policy. Nothing is started for it, drivers are pure.

import { drivers } from '@parley/drivers';
import { newId, policies } from '@parley/schema';
import type { AgentCapabilities, Driver, DriverInput, LaunchPlan, ModelWire, Policy } from '@parley/schema';
import { code, table } from './table.ts';

const rows: readonly (readonly [keyof AgentCapabilities, string])[] = [
  ['steer', 'words into a running turn'],
  ['interrupt', 'stops a turn'],
  ['resume', 'takes up a conversation again'],
  ['fork', 'continues a copy of a conversation'],
  ['approvals', 'asks before it acts'],
  ['questions', 'asks people questions'],
  ['images', 'takes pictures'],
  ['models', 'another model can be named'],
  ['deltas', 'text while it is written'],
  ['reasoning', 'shows its reasoning'],
  ['usage', 'counts tokens'],
  ['cost', 'says what it cost'],
];

const wireNames: Readonly<Record<ModelWire, string>> = {
  'openai-responses': 'OpenAI Responses',
  'openai-chat': 'OpenAI Chat Completions',
  'anthropic-messages': 'Anthropic Messages',
  gemini: 'Gemini',
};

export function capabilityTable(): string {
  const facts: readonly (readonly [string, (driver: Driver) => string])[] = [
    ['name', ({ agent }) => code(agent)],
    ['proven version', ({ provenVersion }) => provenVersion],
    ['npm package', ({ npmPackage }) => (npmPackage === undefined ? 'none' : code(npmPackage))],
    ['key variable', ({ keyEnv }) => code(keyEnv)],
    ['speaks to', ({ wire }) => wireNames[wire]],
    ['address of the vendor', ({ vendorUrl }) => code(vendorUrl)],
    ['model in rehearsal', ({ rehearsalModel }) => code(rehearsalModel)],
    ...rows.map(
      ([name, words]) => [`${words} (${code(name)})`, (driver: Driver) => show(driver.capabilities[name])] as const,
    ),
  ];
  return table(
    ['', ...drivers.map(({ title }) => title)],
    facts.map(([name, of]) => [name, ...drivers.map((driver) => of(driver))]),
  );
}

const show = (value: boolean | string): string => (typeof value === 'string' ? code(value) : value ? 'yes' : 'no');

/** For each agent a table: a policy, the agent's own words for it, and what those cannot say. */
export function policyTables(): string {
  return drivers
    .map((driver) => {
      const lines = policies.map((policy) => {
        const plan = planOf(driver, policy);
        return [code(policy), agentsWords(driver, policy, plan), plan.limits.join('<br>') || 'none'];
      });
      return `### ${driver.title}\n\n${table(['policy', "in the agent's words", 'limits that Parley tells'], lines)}`;
    })
    .join('\n\n');
}

/** With the user's own login, where the agent heeds the user's own settings. */
function planOf(driver: Driver, policy: Policy): LaunchPlan {
  return driver.launch({
    executable: `/usr/bin/${driver.agent}`,
    cwd: '/home/you/project',
    policy,
    endpoint: { kind: 'own' },
    root: false,
    extraArgs: [],
    runId: newId('run', 0),
    adapter: ['parley', 'adapter'],
    node: 'node',
  });
}

/** Flags of the command line, or words of the protocol up to the conversation's begin. */
function agentsWords({ protocol }: Driver, policy: Policy, { argv, cwd }: LaunchPlan): string {
  const inputs: readonly DriverInput[] = [{ type: 'opened' }, { type: 'line', line: '{"id":1,"result":{}}' }];
  const said = [argv.join(' ')];
  let state: unknown = protocol.begin({ runId: newId('run', 0), cwd, policy, endpoint: 'own' });
  for (const input of inputs) {
    const step = protocol.step(state, input);
    state = step.state;
    for (const output of step.outputs) if (output.type === 'write') said.push(output.line);
  }
  const words = patterns.flatMap((pattern) => pattern.exec(said.join('\n'))?.[0] ?? []);
  if (words.length === 0) throw new Error(`no words for the policy ${policy} were found in what Parley says`);
  return words.map((word) => code(word)).join(', ');
}

/** What in these carries a policy. A driver that says it otherwise gets its own line here. */
const patterns = [
  /--permission-mode \S+/,
  /--disallowedTools \S+/,
  /--managed-settings \S+/,
  /"approvalPolicy":"[^"]+"/,
  /"sandbox":"[^"]+"/,
];
