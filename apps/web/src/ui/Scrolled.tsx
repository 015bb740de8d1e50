// Content that scrolls by itself. It takes the focus, so that the arrow keys reach what is out of sight, and has a name for that moment.

import type { ReactNode, Ref } from 'react';

interface Props {
  readonly label: string;
  readonly className: string;
  /** `region` for what is worth a landmark. */
  readonly role?: 'group' | 'region';
  readonly ref?: Ref<HTMLDivElement>;
  readonly children: ReactNode;
}

export function Scrolled({ label, className, role = 'group', ref, children }: Props) {
  return (
    <div ref={ref} role={role} aria-label={label} tabIndex={0} className={className}>
      {children}
    </div>
  );
}
