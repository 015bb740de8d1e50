// An error for people: what happened, and what to do next.

import type { ErrorBody } from '@parley/schema';
import type { ReactNode } from 'react';
import { Icon } from './Icon.tsx';

export function ErrorNote({ error, children }: { readonly error: ErrorBody; readonly children?: ReactNode }) {
  return (
    <div
      role="alert"
      className="flex gap-2.5 rounded-xl border border-failed-line bg-failed-soft px-3.5 py-2.5 text-sm"
    >
      <Icon name="warning" className="mt-0.5 size-4 text-failed" />
      <div className="min-w-0 flex-1 wrap-anywhere">
        <p className="whitespace-pre-wrap">{error.message}</p>
        {error.hint !== '' && <p className="mt-0.5 text-muted">{error.hint}</p>}
        {children}
      </div>
    </div>
  );
}
