// The list of sessions on narrow screens: a modal drawer at the left edge.

import { useEffect, useRef } from 'react';
import { drawer } from '../state/drawer.ts';
import { Sidebar } from './Sidebar.tsx';

export function Drawer() {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  const close = () => drawer.set(false);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- a click beside it; Escape is the keyboard's way
    <dialog
      ref={ref}
      aria-label="Sessions"
      onCancel={close}
      onClick={(event) => event.target === event.currentTarget && close()}
      className="m-0 h-dvh max-h-none w-[min(20rem,85vw)] max-w-none animate-slide border-r border-line"
    >
      <Sidebar />
    </dialog>
  );
}
