// The page's button, in its weights.

import type { ComponentProps } from 'react';

export type ButtonWeight = 'primary' | 'plain' | 'quiet' | 'danger';

const weights: Readonly<Record<ButtonWeight, string>> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong disabled:bg-line disabled:text-muted',
  plain: 'border border-edge/60 bg-surface hover:bg-hover disabled:text-muted',
  quiet: 'text-muted hover:bg-hover hover:text-text disabled:text-muted',
  danger: 'border border-failed-line bg-surface text-failed hover:bg-failed-soft',
};

export function Button({
  weight = 'plain',
  className = '',
  ...rest
}: ComponentProps<'button'> & { readonly weight?: ButtonWeight }) {
  return (
    <button
      type="button"
      {...rest}
      className={`inline-flex min-h-9 items-center justify-center gap-1.5 rounded-lg px-3 text-sm font-medium transition-colors disabled:cursor-default pointer-coarse:min-h-11 ${weights[weight]} ${className}`}
    />
  );
}
