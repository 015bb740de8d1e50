// What was asked before, newest first.

import type { ConsultSummary, ErrorBody } from '@parley/schema';
import { useEffect, useState } from 'react';
import { go, pathOf } from '../app/route.ts';
import { client, errorOf } from '../state/daemon.ts';
import { agoText } from '../transcript/time-text.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { useNow } from '../ui/use-now.ts';
import { agreementWords, kindWords, statusWords } from './consult-words.ts';

const shown = 20;

export function RecentConsultations() {
  const [all, setAll] = useState<readonly ConsultSummary[]>([]);
  const [error, setError] = useState<ErrorBody>();
  const now = useNow(30_000);
  useEffect(() => {
    client.consultations({ limit: shown }).then(setAll, (failed: unknown) => setError(errorOf(failed)));
  }, []);
  if (error !== undefined) return <ErrorNote error={error} />;
  if (all.length === 0) return null;
  return (
    <section aria-label="Asked before" className="mx-auto max-w-3xl pb-8">
      <h2 className="mb-1.5 text-sm font-medium">Asked before</h2>
      <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
        {all.map((one) => (
          <Row key={one.id} summary={one} now={now} />
        ))}
      </ul>
    </section>
  );
}

function Row({ summary, now }: { readonly summary: ConsultSummary; readonly now: number }) {
  const { id, kind, question, status, startedAt, reviewers, judge, agreement } = summary;
  const asked = reviewers.length === 0 && judge !== undefined ? [judge] : reviewers;
  const to = { page: 'consultation', consultationId: id } as const;
  const outcome = status === 'running' || agreement === undefined ? statusWords[status] : agreementWords[agreement];
  return (
    <li>
      <a
        href={pathOf(to)}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          go(to);
        }}
        className="block px-3.5 py-2.5 hover:bg-hover"
      >
        <span className="flex items-baseline gap-2 text-sm">
          <span className="min-w-0 flex-1 truncate font-medium">{question}</span>
          <time dateTime={new Date(startedAt).toISOString()} className="shrink-0 text-xs text-muted tabular-nums">
            {agoText(startedAt, now)}
          </time>
        </span>
        <span className="block truncate text-xs text-muted">
          {kindWords[kind].name} · {outcome} · {asked.map(({ agent }) => agent).join(', ')}
        </span>
      </a>
    </li>
  );
}
