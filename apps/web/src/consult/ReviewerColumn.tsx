// One reviewer's column: its verdict, what it found, and its own words.

import type { ConsultKind, ReviewerReport } from '@parley/schema';
import { Markdown } from '../markdown/LazyMarkdown.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Findings } from './Findings.tsx';
import { PartHead } from './PartHead.tsx';
import { VerdictMark } from './VerdictMark.tsx';

interface Props {
  readonly reviewer: ReviewerReport;
  readonly kind: ConsultKind;
}

export function ReviewerColumn({ reviewer, kind }: Props) {
  const { reading, answer, error } = reviewer;
  const read = reading?.form === 'structured' || reading?.form === 'prose' ? reading : undefined;
  return (
    <article
      aria-label={`Reviewer ${reviewer.label}`}
      className="flex min-w-0 flex-col gap-3 rounded-xl border border-line bg-surface p-4"
    >
      <PartHead part={reviewer} label={reviewer.label} />
      {read !== undefined && (
        <p className="flex flex-wrap items-center gap-2">
          <VerdictMark verdict={read.verdict} kind={kind} />
          {read.confidence !== undefined && (
            <span className="text-xs text-muted">{Math.round(read.confidence * 100)} % sure, by its own word</span>
          )}
        </p>
      )}
      {reading?.form === 'unreadable' && (
        <p className="text-sm text-waiting">No verdict can be read, so it counts for nothing: {reading.reason}</p>
      )}
      {read !== undefined && read.summary !== '' && (
        <div className="text-sm">
          <Markdown text={read.summary} growing={false} />
        </div>
      )}
      {read !== undefined && read.findings.length > 0 && <Findings findings={read.findings} />}
      {error !== undefined && <ErrorNote error={error} />}
      {answer !== undefined &&
        answer.trim() !== '' &&
        (read?.form === 'structured' ? (
          <details className="text-sm">
            <summary className="w-fit text-muted hover:text-text pointer-coarse:py-2">Its whole answer</summary>
            <pre className="mt-2 max-h-80 overflow-auto rounded-lg bg-sunken p-3 font-mono text-xs whitespace-pre-wrap wrap-anywhere">
              {answer}
            </pre>
          </details>
        ) : (
          <div className="text-sm">
            <Markdown text={answer} growing={false} />
          </div>
        ))}
    </article>
  );
}
