// One step of the agent on one line: what it is, how it stands, and what is behind it when it is opened.

import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { Icon } from '../ui/Icon.tsx';
import type { IconName } from '../ui/Icon.tsx';
import { Spinner } from '../ui/Spinner.tsx';

interface Props {
  readonly icon: IconName;
  /** What kind of step it is, for screen readers and for rows whose title does not say it. */
  readonly kind: string;
  readonly title: ReactNode;
  readonly running: boolean;
  /** Short words at the end of the line: how it ended, how long it took. */
  readonly end?: ReactNode;
  readonly bad?: boolean;
  readonly openAtFirst?: boolean;
  /** Drawn only while the row is open; a row without it does not open. */
  readonly content?: (() => ReactNode) | undefined;
}

const line =
  'flex w-full min-w-0 items-center gap-2.5 rounded-lg px-2 py-1.5 text-left text-sm pointer-coarse:min-h-11';

export function ActivityRow({ icon, kind, title, running, end, bad = false, openAtFirst = false, content }: Props) {
  const [open, setOpen] = useState(openAtFirst);
  const id = useId();
  const words = (
    <>
      {running ? <Spinner /> : <Icon name={icon} className={`size-4 ${bad ? 'text-failed' : 'text-muted'}`} />}
      <span className="sr-only">{kind}: </span>
      <span className="min-w-0 flex-1 truncate">{title}</span>
      {running && <span className="sr-only">, running</span>}
      <span className={`shrink-0 text-xs tabular-nums ${bad ? 'text-failed' : 'text-muted'}`}>{end}</span>
    </>
  );
  if (content === undefined) return <div className={`${line} pr-[2.1rem]`}>{words}</div>;
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        className={`${line} hover:bg-hover`}
      >
        {words}
        <Icon name="chevron-right" className={`size-4 text-muted transition-transform ${open ? 'rotate-90' : ''}`} />
      </button>
      {open && (
        <div id={id} className="my-1 ml-3.5 space-y-2 border-l-2 border-line pb-1 pl-4">
          {content()}
        </div>
      )}
    </div>
  );
}
