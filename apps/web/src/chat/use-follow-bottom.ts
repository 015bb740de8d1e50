// Keeps a scrolled column at its end while it grows, until the reader scrolls up; tells when there is more below.

import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** Who scrolls down to within this of the end means the end. In pixels. */
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
      // A reader's first pixel upwards counts, or the next growth would pull the text out of the reader's hands. Content that shrinks
      // moves the column up too, but leaves it at its end.
      if (below < 2) follow(true);
      else if (column.scrollTop < last - 1) follow(false);
      else if (column.scrollTop > last && below < near) follow(true);
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
