// The bar above a page's content. On narrow screens it has the button that opens the list of sessions.

import type { ReactNode } from 'react';
import { drawer } from '../state/drawer.ts';
import { IconButton } from './IconButton.tsx';
import { useMedia, wide } from './use-media.ts';

export function TopBar({ children, end }: { readonly children?: ReactNode; readonly end?: ReactNode }) {
  const isWide = useMedia(wide);
  return (
    <header className="flex min-h-14 shrink-0 items-center gap-2 border-b border-line bg-page px-2 pt-[env(safe-area-inset-top)] md:px-4">
      {!isWide && <IconButton icon="menu" label="Sessions" aria-haspopup="dialog" onClick={() => drawer.set(true)} />}
      {children ?? <div className="flex-1" />}
      {end}
    </header>
  );
}
