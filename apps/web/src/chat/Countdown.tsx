// How long an approval still waits before it is denied by itself.

import { clockText } from '../transcript/time-text.ts';
import { useNow } from '../ui/use-now.ts';

export function Countdown({ until }: { readonly until: number }) {
  const left = until - useNow(1000);
  return (
    <span
      className={`text-xs whitespace-nowrap tabular-nums ${left < 60_000 ? 'font-semibold text-waiting' : 'text-muted'}`}
    >
      {left > 0 ? `denied in ${clockText(left)}` : 'time is up'}
    </span>
  );
}
