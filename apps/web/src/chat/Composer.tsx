// Where words are written: Enter sends, Shift+Enter makes a new line; while the agent works, there is a choice of how they go in.

import type { SteerMode } from '@parley/schema';
import { useEffect, useLayoutEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { Icon } from '../ui/Icon.tsx';
import { Menu } from '../ui/Menu.tsx';
import { busyChoices, placeholder } from './send-words.ts';
import type { BusyChoice } from './send-words.ts';

interface Props {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onSend: (when: BusyChoice) => void;
  readonly busy: boolean;
  readonly steer: SteerMode;
  readonly agentTitle: string;
  /** Set while a stop can be asked for; `asked` once it was. */
  readonly stop?: { readonly asked: boolean; readonly onStop: () => void } | undefined;
  /** Instead of the usual words in the empty field. */
  readonly invitation?: string;
  readonly sendLabel?: string;
  readonly canSend?: boolean;
  readonly focusAtFirst?: boolean;
}

export function Composer(props: Props) {
  const {
    text,
    onText,
    onSend,
    busy,
    steer,
    agentTitle,
    stop,
    invitation,
    sendLabel = 'Send',
    canSend = true,
    focusAtFirst = false,
  } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const empty = text.trim() === '';

  useLayoutEffect(() => {
    const element = area.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);

  useEffect(() => {
    // On a touch screen the focus would pull up the keyboard over half of the page.
    if (focusAtFirst && matchMedia('(pointer: fine)').matches) area.current?.focus();
  }, [focusAtFirst]);

  const send = (when: BusyChoice) => {
    if (empty || !canSend) return;
    onSend(when);
    area.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method is composing, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send(busy && event.altKey ? 'queue' : 'now');
  };

  const words = invitation ?? placeholder(agentTitle, busy, steer);
  const round =
    'inline-flex size-9 shrink-0 items-center justify-center rounded-full transition-colors pointer-coarse:size-11 disabled:bg-line disabled:text-muted';
  return (
    <div
      className="rounded-2xl border border-edge/70 bg-surface shadow-sm focus-within:border-accent focus-within:ring-1 focus-within:ring-accent pointer-coarse:not-data-busy:flex pointer-coarse:not-data-busy:items-end"
      data-busy={busy || undefined}
    >
      <textarea
        ref={area}
        rows={1}
        value={text}
        aria-label={words}
        placeholder={words}
        enterKeyHint="send"
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
        className="block max-h-[40vh] w-full resize-none overflow-y-auto bg-transparent px-4 pt-3 pb-1 outline-none pointer-coarse:py-3.5 pointer-coarse:leading-6"
      />
      <div className="flex items-center gap-1.5 px-2 pb-2 pointer-coarse:py-1.5">
        <p className="min-w-0 flex-1 truncate px-2 text-xs text-muted">
          <span className="pointer-coarse:hidden">
            <kbd className="font-sans">Enter</kbd> to send, <kbd className="font-sans">Shift+Enter</kbd> for a new line
            {stop !== undefined && (
              <>
                , <kbd className="font-sans">Esc</kbd> to stop
              </>
            )}
          </span>
        </p>
        {stop !== undefined && (
          <button
            type="button"
            aria-label={stop.asked ? 'Stopping' : 'Stop'}
            title={stop.asked ? 'Stopping …' : 'Stop (Esc)'}
            disabled={stop.asked}
            onClick={stop.onStop}
            className={`${round} border border-edge/60 hover:bg-hover`}
          >
            <span className={`size-3 rounded-[3px] bg-current ${stop.asked ? 'animate-pulse-dot' : ''}`} />
          </button>
        )}
        {busy && !empty && (
          <Menu
            label="How to send"
            choices={busyChoices(steer)}
            onChoose={(id) => send(id as BusyChoice)}
            button={<Icon name="chevron-down" className="size-4 rotate-180" />}
            buttonClassName={`${round} text-muted hover:bg-hover hover:text-text disabled:bg-transparent`}
          />
        )}
        <button
          type="button"
          aria-label={busy ? 'Send now' : sendLabel}
          title={busy ? 'Send now (Enter)' : `${sendLabel} (Enter)`}
          disabled={empty || !canSend}
          onClick={() => send('now')}
          className={`${round} bg-accent text-on-accent hover:bg-accent-strong`}
        >
          <Icon name="send" className="size-[1.15rem]" />
        </button>
      </div>
    </div>
  );
}
