// Back to the end of the conversation, for readers who have scrolled up.

import { Icon } from '../ui/Icon.tsx';

export function JumpButton({ shown, onJump }: { readonly shown: boolean; readonly onJump: () => void }) {
  if (!shown) return null;
  return (
    <button
      type="button"
      onClick={onJump}
      className="absolute bottom-3 left-1/2 inline-flex min-h-9 -translate-x-1/2 animate-rise items-center gap-1.5 rounded-full border border-line bg-surface px-3.5 text-sm shadow-float hover:bg-hover pointer-coarse:min-h-11"
    >
      <Icon name="arrow-down" className="size-4" /> Jump to latest
    </button>
  );
}
