// The folder that something new begins in: the one of the last time, else the home folder.

import { useEffect, useState } from 'react';
import { client, errorOf } from '../state/daemon.ts';
import { keptText } from '../state/kept.ts';

/** The folder as it is typed, and how it is changed. */
export function useStartFolder(): readonly [folder: string, setFolder: (folder: string) => void] {
  const [folder, setFolder] = useState(() => keptText('new.folder') ?? '');
  useEffect(() => {
    if (folder === '') client.folders().then(({ path }) => setFolder((now) => (now === '' ? path : now)), errorOf);
    // oxlint-disable-next-line react/exhaustive-deps -- once, at the beginning
  }, []);
  return [folder, setFolder];
}
