// Back to the end of the conversation, for readers who have scrolled up.

import { Icon } from '../ui/Icon.tsx';

interface Props {
  readonly shown: boolean;
  /** True while the agent waits for an answer down there. */
  readonly waiting: boolean;
  readonly onJump: () => void;
}

export function JumpButton({ shown, waiting, onJump }: Props) {
  if (!shown) return null;
  return (
    <button
      type="button"
      onClick={onJump}
      className={`absolute bottom-3 left-1/2 inline-flex min-h-9 -translate-x-1/2 animate-rise items-center gap-1.5 rounded-full border px-3.5 text-sm shadow-float ${waiting ? 'border-waiting-line bg-waiting-soft font-medium text-waiting' : 'border-line bg-surface hover:bg-hover'} pointer-coarse:min-h-11`}
    >
      <Icon name="arrow-down" className="size-4" /> {waiting ? 'Waiting for your answer' : 'Jump to latest'}
    </button>
  );
}
