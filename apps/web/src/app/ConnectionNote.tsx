// Says when the daemon is out of reach, once it is more than a blink.

import { useEffect, useState } from 'react';
import { link } from '../state/daemon.ts';
import { useStore } from '../state/store.ts';
import { Spinner } from '../ui/Spinner.tsx';

/** Milliseconds without a connection before it is mentioned. */
const blink = 1000;

export function ConnectionNote() {
  const away = useStore(link) !== 'open';
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(away), away ? blink : 0);
    return () => clearTimeout(timer);
  }, [away]);
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 top-16 z-30 flex justify-center">
      {shown && away && (
        <span className="inline-flex animate-rise items-center gap-2 rounded-full border border-waiting-line bg-waiting-soft px-3.5 py-1.5 text-sm shadow-float">
          <Spinner /> Reconnecting …
        </span>
      )}
    </div>
  );
}
