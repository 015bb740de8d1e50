// A button that shows only an icon and says its words to screen readers and on hover.

import type { ComponentProps } from 'react';
import { Icon } from './Icon.tsx';
import type { IconName } from './Icon.tsx';

interface Props extends Omit<ComponentProps<'button'>, 'children'> {
  readonly icon: IconName;
  readonly label: string;
}

export function IconButton({ icon, label, className = '', ...rest }: Props) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={`inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-muted transition-colors hover:bg-hover hover:text-text pointer-coarse:size-11 ${className}`}
    >
      <Icon name={icon} className="size-[1.15rem]" />
    </button>
  );
}
