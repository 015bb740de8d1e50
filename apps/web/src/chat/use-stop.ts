// Stopping the running turn, by button or by Escape.

import type { SessionId, TurnId } from '@parley/schema';
import { useCallback, useEffect, useState } from 'react';
import { client, errorOf } from '../state/daemon.ts';

interface Stop {
  /** True from the request until the turn has ended. */
  readonly asked: boolean;
  readonly problem: string | undefined;
  stop(): void;
}

export function useStop(sessionId: SessionId, activeTurnId: TurnId | undefined): Stop {
  const [askedFor, setAskedFor] = useState<TurnId>();
  const [problem, setProblem] = useState<string>();
  const asked = activeTurnId !== undefined && askedFor === activeTurnId;

  const stop = useCallback(() => {
    setAskedFor(activeTurnId);
    setProblem(undefined);
    client.interrupt(sessionId).catch((error: unknown) => {
      setAskedFor(undefined);
      setProblem(`Could not stop it: ${errorOf(error).message}`);
    });
  }, [sessionId, activeTurnId]);

  useEffect(() => {
    if (activeTurnId === undefined || asked) return undefined;
    const onKeyDown = (event: KeyboardEvent) => {
      // Menus and dialogs have their own use for Escape.
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      if (document.querySelector('dialog[open], [role="menu"]') !== null) return;
      stop();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [activeTurnId, asked, stop]);

  return { asked, problem, stop };
}
