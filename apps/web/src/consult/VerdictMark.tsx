// A verdict as a mark that differs in shape, word and colour.

import type { ConsultKind, Verdict } from '@parley/schema';
import { Icon } from '../ui/Icon.tsx';
import type { IconName } from '../ui/Icon.tsx';
import { wordOf } from './consult-words.ts';

const looks: Readonly<Record<Verdict, { readonly icon: IconName; readonly look: string }>> = {
  approve: { icon: 'check', look: 'bg-added-soft text-added' },
  reject: { icon: 'x', look: 'bg-removed-soft text-removed' },
  mixed: { icon: 'warning', look: 'bg-waiting-soft text-waiting' },
  unsure: { icon: 'question', look: 'bg-sunken text-muted' },
};

export function VerdictMark({ verdict, kind }: { readonly verdict: Verdict; readonly kind: ConsultKind }) {
  const { icon, look } = looks[verdict];
  return (
    <span className={`inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-semibold ${look}`}>
      <Icon name={icon} className="size-3.5" />
      {wordOf(verdict, kind)}
    </span>
  );
}
