// A session's state as a mark that differs in shape as well as in colour, with its word for screen readers.

import type { SessionState } from '@parley/schema';

export const stateWords: Readonly<Record<SessionState, string>> = {
  idle: 'Idle',
  working: 'Working',
  waiting: 'Waiting for you',
  failed: 'Failed',
};

export function StateMark({ state }: { readonly state: SessionState }) {
  return (
    <span className="inline-flex size-4 shrink-0 items-center justify-center" title={stateWords[state]}>
      <span className="sr-only">{stateWords[state]}</span>
      {state === 'idle' && <span className="size-2 rounded-full border-[1.5px] border-edge" />}
      {state === 'working' && <span className="size-2.5 animate-pulse-dot rounded-full bg-accent" />}
      {state === 'waiting' && (
        <span className="flex size-4 items-center justify-center rounded-full bg-waiting text-[0.65rem] leading-none font-bold text-page">
          ?
        </span>
      )}
      {state === 'failed' && (
        <span className="flex size-4 items-center justify-center rounded-full bg-failed text-[0.65rem] leading-none font-bold text-page">
          !
        </span>
      )}
    </span>
  );
}
