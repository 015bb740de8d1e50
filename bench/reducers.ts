// What a driver makes of its agent's lines, against what nobody can do without: parsing them.

import { driverOf, drivers } from '@parley/drivers';
import type { Driver, DriverInput, RunId, TurnId } from '@parley/schema';
import { nameOf, peerFor } from '../e2e/faults/peers.ts';
import { Random } from '../e2e/faults/random.ts';
import type { Section } from './section.ts';
import { show, spreadOf } from './statistics.ts';

const rounds = 5;
const sampleMs = 60;
const pieces = { usual: 200, long: 20_000 } as const;
const aimPart = 0.4;
const aimLong = 0.5;

export function reducers(): Promise<Section> {
  const rows = [...drivers, driverOf('acp:agent')].map((driver) => {
    const usual = conversation(driver, pieces.usual);
    const long = conversation(driver, pieces.long);
    const samples = {
      reduced: [] as number[],
      parsed: [] as number[],
      long: [] as number[],
      longParsed: [] as number[],
    };
    for (let round = 0; round <= rounds; round++) {
      const sample = {
        reduced: rateOf(usual, () => reduce(driver, usual)),
        parsed: rateOf(usual, () => parse(usual)),
        long: rateOf(long, () => reduce(driver, long)),
        longParsed: rateOf(long, () => parse(long)),
      };
      if (round > 0)
        for (const name of Object.keys(samples) as (keyof typeof samples)[]) samples[name].push(sample[name]);
    }
    const of = (name: keyof typeof samples): number => spreadOf(samples[name]).median;
    return {
      name: nameOf(driver),
      lines: linesIn(usual),
      rate: of('reduced'),
      parsed: of('parsed'),
      part: of('reduced') / of('parsed'),
      // Its lines are others where a whole message is one line, so each is compared with its own parsing.
      long: of('long') / of('longParsed') / (of('reduced') / of('parsed')),
      grows: linesIn(long) > 2 * linesIn(usual),
    };
  });
  return Promise.resolve({
    title: 'Reducers',
    measures:
      'Lines a second through each driver, in memory: a turn with some tool calls and an answer in 200 pieces, as the peers of the fault test say it, ' +
      `again and again from its beginning; and \`JSON.parse\` of the same lines, in turns. ${rounds} rounds. The last column says how the ratio changes ` +
      'when the answer comes in 20,000 pieces.',
    aim:
      `where an answer comes in pieces, at least ${show(aimPart * 100)} % of the rate of parsing alone, and with a long turn no less than ` +
      `${show(aimLong, 1)} × of that`,
    met: rows.every(({ part, long, grows }) => !grows || (part >= aimPart && long >= aimLong)),
    head: ['', 'lines in the turn', 'lines/s', '`JSON.parse`, lines/s', 'part of its rate', 'with a long turn'],
    rows: rows.map(({ name, lines, rate, parsed, part, long, grows }) => [
      name,
      show(lines),
      show(Math.round(rate)),
      show(Math.round(parsed)),
      `${show(part * 100)} %`,
      grows ? `${show(long, 2)} ×` : '–',
    ]),
    notes: [
      'Where there is no figure for the long turn, the agent tells a message only when it is whole: a turn is a few lines then, and its cost is the ' +
        "turn's own, not the lines'.",
    ],
  });
}

/** All that the driver is given in one good turn. */
function conversation(driver: Driver, count: number): readonly DriverInput[] {
  const answer = Array.from({ length: count }, (_, n) => `some words ${n} `);
  for (let seed = 0; seed < 100; seed++) {
    const inputs = record(driver, seed, answer);
    if (inputs !== undefined) return inputs;
  }
  throw new Error(`${nameOf(driver)}: no turn of its peer went well`);
}

/** Undefined when the turn does not complete, which is chance. */
function record(driver: Driver, seed: number, answer: readonly string[]): readonly DriverInput[] | undefined {
  const peer = peerFor(driver)({ random: new Random(seed), threadId: undefined, prompt: 'go', answer });
  const inputs: DriverInput[] = [];
  let state: unknown = driver.protocol.begin(context);
  let end: string | undefined;
  const give = (input: DriverInput): void => {
    inputs.push(input);
    const step = driver.protocol.step(state, input);
    state = step.state;
    for (const output of step.outputs) {
      if (output.type === 'write') for (const line of output.line.split('\n')) peer.hear(line);
      if (output.type === 'close-stdin') peer.endOfInput();
      if (output.type === 'turn-ended') end = output.end.state;
      if (output.type === 'approval-requested') {
        const [option] = output.approval.options;
        if (option !== undefined)
          give({
            type: 'answer',
            approvalId: output.approval.id,
            option: option.effect,
            answer: { optionId: option.id },
          });
      }
    }
  };
  give({ type: 'opened' });
  give({ type: 'start', turnId: 'trn_1' as TurnId, text: 'go' });
  for (let deed = peer.next(); deed !== undefined; deed = peer.next()) {
    if (deed.does === 'print') give({ type: 'line', line: deed.line });
    else give({ type: 'exited', code: deed.code, signal: null, stderrTail: '' });
  }
  return end === 'completed' ? inputs : undefined;
}

const context = { runId: 'run_1' as RunId, cwd: '/', policy: 'full', endpoint: 'own' } as const;

function reduce({ protocol }: Driver, inputs: readonly DriverInput[]): void {
  let state: unknown = protocol.begin(context);
  for (const input of inputs) state = protocol.step(state, input).state;
}

function parse(inputs: readonly DriverInput[]): void {
  for (const input of inputs) if (input.type === 'line' && input.line.startsWith('{')) JSON.parse(input.line);
}

const linesIn = (inputs: readonly DriverInput[]): number => inputs.filter(({ type }) => type === 'line').length;

/** Lines a second. */
function rateOf(inputs: readonly DriverInput[], work: () => void): number {
  const begun = performance.now();
  let times = 0;
  do {
    work();
    times += 1;
  } while (performance.now() - begun < sampleMs);
  return (times * linesIn(inputs) * 1000) / (performance.now() - begun);
}
