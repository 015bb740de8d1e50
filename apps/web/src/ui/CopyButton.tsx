// Copies a text and says so.

import { useEffect, useState } from 'react';
import { say } from '../state/announcer.ts';
import { Icon } from './Icon.tsx';

export function CopyButton({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [state, setState] = useState<'ready' | 'copied' | 'refused'>('ready');
  useEffect(() => {
    if (state === 'ready') return undefined;
    const timer = setTimeout(() => setState('ready'), 1800);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () => {
    // `clipboard` is missing on pages opened over plain HTTP by another name than localhost.
    const clipboard: Clipboard | undefined = navigator.clipboard;
    Promise.resolve(clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))).then(
      () => {
        setState('copied');
        say('Copied.');
      },
      () => {
        setState('refused');
        say('This browser does not allow copying here.');
      },
    );
  };
  const words = { ready: label, copied: 'Copied', refused: 'Not allowed' }[state];
  return (
    <button
      type="button"
      aria-label={label}
      onClick={copy}
      className="inline-flex items-center gap-1 rounded-md px-1.5 py-0.5 text-xs text-muted hover:bg-hover hover:text-text pointer-coarse:min-h-9 pointer-coarse:px-2.5"
    >
      <Icon name={state === 'copied' ? 'check' : 'copy'} className="size-3.5" />
      {words}
    </button>
  );
}
