// A driver under observation: the engine forgives what a driver gets wrong (a second end, words for a turn that is over), this does not.

import type { Driver, DriverInput, DriverOutput, TurnId } from '@parley/schema';

interface Watched<State> {
  readonly state: State;
  /** The turn that the driver has been given and has not ended. */
  readonly open: TurnId | undefined;
  /** Words that it has been given for a running turn and has not settled. */
  readonly steered: ReadonlySet<TurnId>;
  readonly gone: boolean;
}

/** The same driver; what breaks the contract is told to `complain`. */
export function observed<State>(driver: Driver<State>, complain: (what: string) => void): Driver<Watched<State>> {
  const { protocol } = driver;
  return {
    ...driver,
    protocol: {
      begin: (context) => ({ state: protocol.begin(context), open: undefined, steered: new Set(), gone: false }),
      step: (watched, input) => {
        const { state, outputs } = protocol.step(watched.state, input);
        let next = given(watched, input, complain);
        for (const output of outputs) next = said(next, output, complain);
        if (input.type === 'exited') {
          if (next.open !== undefined) complain('its process is gone and its turn has no end');
          if (next.steered.size > 0) complain('its process is gone and steered words have no fate');
        }
        return { state: { ...next, state }, outputs };
      },
    },
  };
}

function given<State>(watched: Watched<State>, input: DriverInput, complain: (what: string) => void): Watched<State> {
  switch (input.type) {
    case 'start':
      if (watched.open !== undefined) complain('the engine starts a turn while another is open');
      return { ...watched, open: input.turnId };
    case 'steer':
      if (watched.open !== input.into) complain('the engine steers into a turn that is not open');
      return { ...watched, steered: new Set([...watched.steered, input.turnId]) };
    case 'exited':
      if (watched.gone) complain('the engine tells the end of a process twice');
      return { ...watched, gone: true };
    default:
      if (watched.gone) complain(`the engine gives ${input.type} to a driver whose process is gone`);
      return watched;
  }
}

function said<State>(watched: Watched<State>, output: DriverOutput, complain: (what: string) => void): Watched<State> {
  switch (output.type) {
    case 'write':
      if (watched.gone) complain('it writes to a process that is gone');
      return watched;
    case 'steer-consumed':
    case 'steer-returned':
      if (!watched.steered.has(output.turnId)) complain(`${output.type} of words that it does not hold`);
      return { ...watched, steered: without(watched.steered, output.turnId) };
    case 'turn-started':
      if (output.turnId === watched.open) return watched;
      if (watched.open !== undefined) complain('it starts steered words as a turn while another is open');
      if (!watched.steered.has(output.turnId)) complain('it starts a turn that nobody gave it');
      return { ...watched, open: output.turnId, steered: without(watched.steered, output.turnId) };
    case 'turn-ended':
      if (output.turnId !== watched.open) complain('it ends a turn that is not open');
      return { ...watched, open: undefined };
    case 'item-started':
    case 'item-delta':
    case 'item-completed':
    case 'approval-requested':
    case 'usage':
      if (output.turnId !== watched.open) complain(`${output.type} of a turn that is not open`);
      return watched;
    default:
      return watched;
  }
}

const without = (ids: ReadonlySet<TurnId>, gone: TurnId): ReadonlySet<TurnId> =>
  new Set([...ids].filter((id) => id !== gone));
