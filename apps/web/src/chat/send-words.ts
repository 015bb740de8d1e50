// What the composer's buttons say and mean for an agent: what becomes of words sent to a busy one differs.

import type { SteerMode, SubmitWhen } from '@parley/schema';
import type { MenuChoice } from '../ui/Menu.tsx';

/** What "send now" does while a turn runs. */
export function sendNowDetail(steer: SteerMode): string {
  switch (steer) {
    case 'native':
    case 'native-enqueue':
      return 'Into the running turn, which takes it up as soon as it can.';
    case 'queue-when-busy':
    case 'interrupt-only':
      return 'This agent takes no words while it works: they run as the next turn.';
  }
}

export function placeholder(agentTitle: string, busy: boolean, steer: SteerMode): string {
  if (!busy) return `Message ${agentTitle}`;
  return steer === 'native' || steer === 'native-enqueue'
    ? `Add to what ${agentTitle} is doing`
    : 'Write what comes next';
}

export type BusyChoice = Extract<SubmitWhen, 'now' | 'queue' | 'interrupt'>;

export function busyChoices(steer: SteerMode): readonly (MenuChoice & { readonly id: BusyChoice })[] {
  return [
    { id: 'now', label: 'Send now', detail: sendNowDetail(steer), shortcut: 'Enter' },
    { id: 'queue', label: 'Queue', detail: 'Runs after everything that is queued already.', shortcut: 'Alt+Enter' },
    { id: 'interrupt', label: 'Stop and send', detail: 'Stops the running turn and runs this next.' },
  ];
}
