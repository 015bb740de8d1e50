// Where screen readers hear of what happens: politely, after what they are saying.

import { announcement } from '../state/announcer.ts';
import { useStore } from '../state/store.ts';

export function LiveRegion() {
  const text = useStore(announcement);
  return (
    <div aria-live="polite" className="sr-only">
      {text}
    </div>
  );
}
