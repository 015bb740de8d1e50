// Tells when a run's files change: by the file system's notification, and by looking now and then in case one is lost.

import fs from 'node:fs';

/** Milliseconds between looks where the system has no notification left to give (its limit of watches is used up). */
const lookMsWithoutNotification = 25;

export interface SpoolWatch {
  close(): void;
}

/**
 * `onChange` gets the name of the file that changed, `onLook` is called about every `lookMs`. Keeps the process alive until it is closed,
 * because somebody waits for the run.
 */
export function watchSpool(
  directory: string,
  {
    lookMs,
    onChange,
    onLook,
  }: { readonly lookMs: number; readonly onChange: (file: string | null) => void; readonly onLook: () => void },
): SpoolWatch {
  let timer = setInterval(onLook, lookMs).unref();
  let watcher: fs.FSWatcher | undefined;

  const withoutNotification = (): void => {
    watcher?.close();
    watcher = undefined;
    clearInterval(timer);
    timer = setInterval(onLook, Math.min(lookMs, lookMsWithoutNotification));
  };

  try {
    watcher = fs.watch(directory, (_event, file) => onChange(file));
    watcher.on('error', withoutNotification);
  } catch {
    withoutNotification();
  }

  return {
    close() {
      watcher?.close();
      clearInterval(timer);
    },
  };
}
