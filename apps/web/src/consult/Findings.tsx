// What a reviewer found, worst first.

import type { Finding, Severity } from '@parley/schema';
import { severities } from './consult-words.ts';

const looks: Readonly<Record<Severity, string>> = {
  critical: 'bg-failed text-page',
  high: 'bg-failed-soft text-failed',
  medium: 'bg-waiting-soft text-waiting',
  low: 'bg-sunken text-muted',
  info: 'bg-sunken text-muted',
  unrated: 'bg-sunken text-muted',
};

export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const sorted = findings.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  return (
    <ul aria-label="Findings" className="space-y-2">
      {sorted.map((finding, index) => (
        <li key={index} className="text-sm">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className={`rounded px-1.5 text-xs font-semibold ${looks[finding.severity]}`}>
              {finding.severity}
            </span>
            <span className="min-w-0 font-medium wrap-anywhere">{finding.title}</span>
          </p>
          {finding.file !== undefined && (
            <p className="font-mono text-xs text-muted wrap-anywhere">
              {finding.file}
              {finding.line === undefined ? '' : `:${finding.line}`}
            </p>
          )}
          {finding.detail !== '' && (
            <p className="mt-0.5 whitespace-pre-wrap text-muted wrap-anywhere">{finding.detail}</p>
          )}
        </li>
      ))}
    </ul>
  );
}
