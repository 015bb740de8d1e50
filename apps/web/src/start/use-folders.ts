// The folders of a folder, from the daemon, with the answers of this page's life kept.

import type { FolderPage } from '@parley/schema';
import { useEffect, useState } from 'react';
import { client, errorOf } from '../state/daemon.ts';

export interface Folders {
  readonly page?: FolderPage;
  /** Why there is none. */
  readonly problem?: string;
}

/** `path` undefined: nothing is asked. */
export function useFolders(path: string | undefined): Folders {
  const [answer, setAnswer] = useState<Folders & { readonly for?: string }>({});
  useEffect(() => {
    if (path === undefined) return undefined;
    let gone = false;
    // A fast typist asks once.
    const timer = setTimeout(() => {
      client.folders(path).then(
        (page) => !gone && setAnswer({ for: path, page }),
        (error: unknown) => {
          const { code, message } = errorOf(error);
          if (!gone)
            setAnswer({ for: path, problem: code === 'folder_missing' ? 'There is no such folder.' : message });
        },
      );
    }, 120);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [path]);
  return answer.for === path ? answer : {};
}
