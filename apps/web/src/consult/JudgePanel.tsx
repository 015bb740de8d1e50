// The judge: what it makes of the answers, which it knows by letters only.

import type { JudgeReport, Judgement } from '@parley/schema';
import type { ReactNode } from 'react';
import { Markdown } from '../markdown/LazyMarkdown.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { PartHead } from './PartHead.tsx';

export function JudgePanel({ judge }: { readonly judge: JudgeReport }) {
  const { judgement, answer, error, reason } = judge;
  return (
    <section aria-label="Judge" className="space-y-3 rounded-xl border border-line bg-surface p-4 text-sm">
      <PartHead part={judge} label="Judge" />
      {reason !== undefined && <p className="text-muted">{reason}</p>}
      {judgement?.form === 'structured' && <Structured judgement={judgement} />}
      {judgement?.form === 'prose' && answer !== undefined && <Markdown text={answer} growing={false} />}
      {judgement?.form === 'empty' && <p className="text-waiting">It ended without a word.</p>}
      {error !== undefined && <ErrorNote error={error} />}
    </section>
  );
}

function Structured({ judgement }: { readonly judgement: Extract<Judgement, { readonly form: 'structured' }> }) {
  const { summary, recommendation, agreements, disagreements, limitations, ranking, best } = judgement;
  return (
    <>
      {summary !== '' && <Markdown text={summary} growing={false} />}
      {recommendation !== undefined && (
        <Block title="Recommendation">
          <Markdown text={recommendation} growing={false} />
        </Block>
      )}
      {best !== undefined && <p className="font-semibold">{best === 'tie' ? 'A tie.' : `Best: ${best}`}</p>}
      {ranking.map(({ answer, strengths, weaknesses }) => (
        <Block key={answer} title={`Answer ${answer}`}>
          <ul className="space-y-0.5">
            {strengths.map((text) => (
              <li key={text}>+ {text}</li>
            ))}
            {weaknesses.map((text) => (
              <li key={text}>− {text}</li>
            ))}
          </ul>
        </Block>
      ))}
      <Listed title="They agree on" texts={agreements} />
      <Listed title="They disagree on" texts={disagreements} />
      <Listed title="What it cannot say" texts={limitations} />
    </>
  );
}

function Listed({ title, texts }: { readonly title: string; readonly texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <Block title={title}>
      <ul className="list-disc space-y-0.5 pl-5">
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </Block>
  );
}

function Block({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div>
      <h3 className="font-semibold">{title}</h3>
      {children}
    </div>
  );
}
