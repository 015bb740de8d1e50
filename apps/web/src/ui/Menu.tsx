// A button with a small menu: arrows move, Enter chooses, Escape and a click outside close and give the focus back.

import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

export interface MenuChoice {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  readonly shortcut?: string;
}

interface Props {
  readonly label: string;
  readonly button: ReactNode;
  readonly buttonClassName: string;
  readonly choices: readonly MenuChoice[];
  readonly disabled?: boolean;
  readonly onChoose: (id: string) => void;
}

export function Menu({ label, button, buttonClassName, choices, disabled, onChoose }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return undefined;
    list.current?.querySelector('button')?.focus();
    const onDown = (event: PointerEvent) => {
      if (event.target instanceof Node && root.current?.contains(event.target) !== true) setOpen(false);
    };
    document.addEventListener('pointerdown', onDown);
    return () => document.removeEventListener('pointerdown', onDown);
  }, [open]);

  const close = () => {
    setOpen(false);
    trigger.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.findIndex((candidate) => candidate === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to !== undefined) buttons.at(to % buttons.length)?.focus();
    else if (event.key === 'Escape') close();
    else if (event.key === 'Tab') return setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div ref={root} className="relative flex">
      <button
        ref={trigger}
        type="button"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        disabled={disabled}
        onClick={() => setOpen(!open)}
        className={buttonClassName}
      >
        {button}
      </button>
      {open && (
        <div
          ref={list}
          role="menu"
          aria-label={label}
          tabIndex={-1}
          onKeyDown={onKeyDown}
          className="absolute right-0 bottom-full z-20 mb-2 w-72 animate-rise rounded-xl border border-line bg-surface p-1 shadow-float"
        >
          {choices.map((choice) => (
            <button
              key={choice.id}
              type="button"
              role="menuitem"
              onClick={() => {
                close();
                onChoose(choice.id);
              }}
              className="flex w-full flex-col rounded-lg px-3 py-2 text-left hover:bg-hover"
            >
              <span className="flex items-baseline justify-between gap-2 text-sm font-medium">
                {choice.label}
                {choice.shortcut !== undefined && (
                  <kbd className="font-mono text-xs text-muted pointer-coarse:hidden">{choice.shortcut}</kbd>
                )}
              </span>
              {choice.detail !== undefined && <span className="text-xs text-muted">{choice.detail}</span>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
