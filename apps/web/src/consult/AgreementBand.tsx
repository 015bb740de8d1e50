// Whether the reviewers agree, as far as what they said can be compared, and how much that is worth.

import type { ConsultReport } from '@parley/schema';
import { Icon } from '../ui/Icon.tsx';
import { agreementWords, wordOf } from './consult-words.ts';

const looks = {
  agree: 'border-added/40 bg-added-soft',
  disagree: 'border-waiting-line bg-waiting-soft',
  'not-comparable': 'border-line bg-sunken',
} as const;

export function AgreementBand({ report }: { readonly report: ConsultReport }) {
  const { agreement, confidence, request, status } = report;
  if (agreement === undefined) return null;
  const open = status === 'running';
  const { state, verdict, asked, comparable, counts, signals } = agreement;
  const told = (['approve', 'mixed', 'reject', 'unsure'] as const)
    .filter((one) => counts[one] > 0)
    .map((one) => `${counts[one]} × ${wordOf(one, request.kind).toLowerCase()}`);
  return (
    <section aria-label="Agreement" className={`rounded-xl border px-4 py-3 text-sm ${looks[state]}`}>
      <p className="flex flex-wrap items-center gap-x-2 font-semibold">
        <Icon name={state === 'agree' ? 'check' : state === 'disagree' ? 'warning' : 'info'} />
        {open ? 'So far: ' : ''}
        {agreementWords[state]}
        {verdict === undefined ? '' : `: ${wordOf(verdict, request.kind).toLowerCase()}`}
      </p>
      <p className="mt-1 text-muted">
        {comparable} of {asked} took a side{told.length === 0 ? '' : ` (${told.join(', ')})`}.
        {confidence !== undefined && ` Confidence: ${confidence.level}.`}
        {confidence !== undefined && state !== 'not-comparable' && ` ${confidence.reason}`}
      </p>
      {signals.length > 0 && (
        <ul className="mt-1 list-disc pl-5 text-muted">
          {signals.map((signal) => (
            <li key={signal}>{signal}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
