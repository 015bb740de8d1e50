// One consultation: the question, whether they agree, each reviewer in a column beside the others, and the judge.

import type { ConsultationId, ConsultReport, ErrorBody } from '@parley/schema';
import { useState } from 'react';
import { go } from '../app/route.ts';
import { client, errorOf } from '../state/daemon.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Icon } from '../ui/Icon.tsx';
import { shortFolder } from '../ui/short-folder.ts';
import { Spinner } from '../ui/Spinner.tsx';
import { TopBar } from '../ui/TopBar.tsx';
import { AgreementBand } from './AgreementBand.tsx';
import { kindWords, statusWords } from './consult-words.ts';
import { JudgePanel } from './JudgePanel.tsx';
import { ReviewerColumn } from './ReviewerColumn.tsx';
import { useConsultation } from './use-consultation.ts';

export function ConsultView({ id }: { readonly id: ConsultationId }) {
  const { report, error } = useConsultation(id);
  return (
    <>
      <TopBar end={report !== undefined && <Actions report={report} />}>
        <div className="min-w-0 flex-1">
          <h1 className="truncate font-semibold">
            {report === undefined ? 'Consultation' : kindWords[report.request.kind].name}
          </h1>
          {report !== undefined && (
            <p role="status" className="truncate text-xs text-muted">
              {statusWords[report.status]} · {shortFolder(report.request.cwd)}
            </p>
          )}
        </div>
      </TopBar>
      <div className="min-h-0 flex-1 overflow-y-auto px-4">
        <div className="mx-auto max-w-7xl space-y-4 py-5">
          {error !== undefined && <ErrorNote error={error} />}
          {report === undefined && error === undefined && (
            <p className="flex items-center gap-2.5 text-sm text-muted">
              <Spinner /> Loading …
            </p>
          )}
          {report !== undefined && <Report report={report} />}
        </div>
      </div>
    </>
  );
}

function Report({ report }: { readonly report: ConsultReport }) {
  const { request, reviewers, judge, limitations, status } = report;
  return (
    <>
      <section aria-label="Question" className="max-w-3xl space-y-2">
        <p className="text-lg whitespace-pre-wrap wrap-anywhere">{request.question}</p>
        {request.focus !== undefined && <p className="text-sm text-muted">Above all: {request.focus}</p>}
        {request.answers?.map((answer, index) => (
          <Material key={`${index}-${answer.length}`} title={`Answer ${index + 1}`} text={answer} />
        ))}
        {request.material !== undefined && <Material title="What it is about" text={request.material} />}
      </section>
      <AgreementBand report={report} />
      {/* A column is at least as wide as a readable line; on a phone they stand one below the other. */}
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(19rem,100%),1fr))] items-start gap-3">
        {reviewers.map((reviewer) => (
          <ReviewerColumn key={reviewer.label} reviewer={reviewer} kind={request.kind} />
        ))}
      </div>
      {judge !== undefined && <JudgePanel judge={judge} />}
      {status !== 'running' && limitations.length > 0 && (
        <section aria-label="Limitations" className="text-sm text-muted">
          <h2 className="font-semibold">What this cannot say</h2>
          <ul className="list-disc pl-5">
            {limitations.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Material({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <details className="text-sm">
      <summary className="w-fit text-muted hover:text-text pointer-coarse:py-2">{title}</summary>
      <pre className="mt-1 max-h-80 overflow-auto rounded-lg bg-sunken p-3 font-mono text-xs whitespace-pre-wrap wrap-anywhere">
        {text}
      </pre>
    </details>
  );
}

function Actions({ report }: { readonly report: ConsultReport }) {
  const [error, setError] = useState<ErrorBody>();
  const [deleting, setDeleting] = useState(false);
  const { id, status } = report;
  const remove = () => {
    client.deleteConsultation(id).then(
      () => go({ page: 'consult' }),
      (failed: unknown) => setError(errorOf(failed)),
    );
  };
  if (error !== undefined) return <ErrorNote error={error} />;
  if (status === 'running') {
    const stop = () => void client.interruptConsultation(id).catch((failed: unknown) => setError(errorOf(failed)));
    return <Button onClick={stop}>Stop</Button>;
  }
  if (deleting) {
    return (
      <div className="flex items-center gap-2">
        <Button onClick={() => setDeleting(false)}>Keep</Button>
        <Button weight="danger" onClick={remove}>
          Delete
        </Button>
      </div>
    );
  }
  return (
    <div className="flex items-center gap-1">
      <a
        href={`/api/consultations/${encodeURIComponent(id)}?format=markdown`}
        download={`${id}.md`}
        className="inline-flex min-h-9 items-center gap-1.5 rounded-lg px-2.5 text-sm text-muted hover:bg-hover hover:text-text pointer-coarse:min-h-11"
      >
        <Icon name="download" /> Markdown
      </a>
      <a
        href={`/api/consultations/${encodeURIComponent(id)}`}
        download={`${id}.json`}
        className="inline-flex min-h-9 items-center rounded-lg px-2.5 text-sm text-muted hover:bg-hover hover:text-text max-sm:hidden pointer-coarse:min-h-11"
      >
        JSON
      </a>
      <Button weight="quiet" aria-label="Delete this consultation" onClick={() => setDeleting(true)}>
        <Icon name="trash" />
      </Button>
    </div>
  );
}
