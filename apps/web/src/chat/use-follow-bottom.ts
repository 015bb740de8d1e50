// Keeps a scrolled column at its end while it grows, until the reader scrolls up; tells when there is more below.

import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** So near to the end the reader counts as being there. In pixels. */
const near = 64;

export interface FollowBottom {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  /** True while the end is in sight and followed. */
  readonly following: boolean;
  jump(): void;
}

export function useFollowBottom(): FollowBottom {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const [following, setFollowing] = useState(true);

  const follow = useCallback((next: boolean) => {
    follows.current = next;
    setFollowing(next);
  }, []);

  useEffect(() => {
    const [column, grown] = [scroller.current, content.current];
    if (column === null || grown === null) return undefined;
    let last = column.scrollTop;
    const onScroll = () => {
      const below = column.scrollHeight - column.clientHeight - column.scrollTop;
      if (below < near) follow(true);
      // Growing content never scrolls up; only a reader does.
      else if (column.scrollTop < last - 1) follow(false);
      last = column.scrollTop;
    };
    const toEnd = () => {
      if (follows.current) column.scrollTop = column.scrollHeight;
    };
    const observer = new ResizeObserver(toEnd);
    observer.observe(grown);
    observer.observe(column);
    column.addEventListener('scroll', onScroll, { passive: true });
    toEnd();
    return () => {
      observer.disconnect();
      column.removeEventListener('scroll', onScroll);
    };
  }, [follow]);

  const jump = useCallback(() => {
    const column = scroller.current;
    if (column !== null) column.scrollTop = column.scrollHeight;
    follow(true);
  }, [follow]);

  return { scroller, content, following, jump };
}
