// What the drivers say of themselves: capabilities, and what becomes of a policy. Nothing is started for it, drivers are pure.

import { drivers } from '@parley/drivers';
import { ParleyError, policies } from '@parley/schema';
import type { AgentCapabilities, Driver, DriverInput, LaunchPlan, ModelWire, Policy, RunId } from '@parley/schema';
import { code, table } from './table.ts';

const columns: readonly (readonly [keyof AgentCapabilities, string])[] = [
  ['steer', 'words into a running turn'],
  ['interrupt', 'stop'],
  ['resume', 'resume'],
  ['fork', 'fork'],
  ['approvals', 'asks before it acts'],
  ['questions', 'asks questions'],
  ['images', 'pictures'],
  ['models', 'model by name'],
  ['deltas', 'text while it is written'],
  ['reasoning', 'reasoning'],
  ['usage', 'tokens'],
  ['cost', 'cost'],
  ['fileChanges', 'tells changed files'],
];

const wireNames: Readonly<Record<ModelWire, string>> = {
  'openai-responses': 'OpenAI Responses',
  'openai-chat': 'OpenAI Chat Completions',
  'anthropic-messages': 'Anthropic Messages',
  gemini: 'Gemini',
};

/** One line for each way to speak to an agent. */
export function capabilityTable(): string {
  return table(
    ['agent', 'mode', ...columns.map(([, words]) => words)],
    drivers.map((driver) => [
      nameOf(driver),
      code(driver.mode),
      ...columns.map(([of]) => show(driver.capabilities[of] ?? false)),
    ]),
  );
}

/** Where each comes from and what it speaks to. */
export function factTable(): string {
  return table(
    ['agent', 'mode', 'proven version', 'comes from', 'key variable', 'speaks to', 'address of the vendor'],
    drivers.map((driver) => [
      nameOf(driver),
      code(driver.mode),
      driver.provenVersion,
      driver.npmPackage === undefined ? (driver.installHint ?? '') : `npm, ${code(driver.npmPackage)}`,
      code(driver.keyEnv),
      wireNames[driver.wire],
      driver.vendorUrl === undefined ? '' : code(driver.vendorUrl),
    ]),
  );
}

const nameOf = ({ agent, dialect }: Driver): string =>
  dialect === undefined ? code(agent) : `${code(agent)} (${dialect})`;
const show = (value: boolean | string): string => (typeof value === 'string' ? code(value) : value ? 'yes' : 'no');

/** For each driver a table: a policy, the agent's own words for it, and what those cannot say. */
export function policyTables(): string {
  return drivers
    .map((driver) => {
      const said = policies.map((policy) => wordsOf(driver, policy));
      const lines = policies.map((policy, index) => {
        const plan = planOf(driver, policy);
        if (ParleyError.is(plan)) return [code(policy), 'refused', plan.message];
        const own = (said[index] ?? []).filter((word) => !said.every((others) => others.includes(word)));
        const words = own.length === 0 ? "none: Parley's answers alone" : own.map((word) => code(word)).join(', ');
        return [code(policy), words, plan.limits.join('<br>') || 'none'];
      });
      const title = `### ${driver.title}, ${code(driver.mode)}`;
      return `${title}\n\n${table(['policy', "in the agent's words", 'limits that Parley tells'], lines)}`;
    })
    .join('\n\n');
}

/** Always the same, for words that are made from it. */
const runId = 'run_00000000000000000000000000' as RunId;

/** With the user's own login, where the agent heeds the user's own settings; or why the driver refuses the policy. */
function planOf(driver: Driver, policy: Policy): LaunchPlan | ParleyError {
  try {
    return driver.launch({
      executable: `/usr/bin/${driver.agent}`,
      cwd: '/home/you/project',
      policy,
      endpoint: { kind: 'own' },
      root: false,
      extraArgs: [],
      runId,
      adapter: ['parley', 'adapter'],
      node: 'node',
      filesFolder: '/run/files',
      prompt: 'PROMPT',
      ...(driver.dialect === undefined ? {} : { dialect: driver.dialect }),
    });
  } catch (error) {
    if (ParleyError.is(error)) return error;
    throw error;
  }
}

/** All that is said with a policy: arguments with their values, variables, and what in the first lines of the protocol carries one. */
function wordsOf(driver: Driver, policy: Policy): readonly string[] {
  const plan = planOf(driver, policy);
  if (ParleyError.is(plan)) return [];
  const args = plan.argv.map((arg, index) => {
    const before = plan.argv[index - 1];
    return before?.startsWith('-') === true && !arg.startsWith('-') ? `${before} ${arg}` : arg;
  });
  const flags = args.filter((arg, index) => !(arg.startsWith('-') && args[index + 1]?.startsWith(`${arg} `) === true));
  const variables = Object.entries(plan.env).flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]));
  const written = firstLines(driver, policy, plan).join('\n');
  return [...flags, ...variables, ...patterns.flatMap((pattern) => pattern.exec(written)?.[0] ?? [])];
}

function firstLines({ protocol }: Driver, policy: Policy, { cwd }: LaunchPlan): readonly string[] {
  const inputs: readonly DriverInput[] = [{ type: 'opened' }, { type: 'line', line: '{"id":1,"result":{}}' }];
  const lines: string[] = [];
  let state: unknown = protocol.begin({ runId, cwd, policy, endpoint: 'own' });
  for (const input of inputs) {
    const step = protocol.step(state, input);
    state = step.state;
    for (const output of step.outputs) if (output.type === 'write') lines.push(output.line);
  }
  return lines;
}

/** What in a protocol's lines carries a policy. */
const patterns = [/"approvalPolicy":"[^"]+"/, /"sandbox":"[^"]+"/];
