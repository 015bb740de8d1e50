// What a runtime can be told, and what holds when it is not told.

export interface RuntimeOptions {
  /** Absolute path. The spool of a run lives in `<directory>/<runId>`. Made (0700) when it is missing. */
  readonly directory: string;
  /** Identifies this state directory in the markers of its processes: letters, digits, `_`, `.` and `-`. */
  readonly instance: string;
  /** Bytes of stdout and stderr together that one run may print. Default 256 MiB. */
  readonly maxOutputBytes?: number;
  /** Bytes of one line of stdout, without its newline. Default 32 MiB. */
  readonly maxLineBytes?: number;
  /** Milliseconds for each step of ending a run: stdin closed, TERM, KILL. Default 2000. */
  readonly endStepMs?: number;
  /**
   * Milliseconds between two looks at a run that do not wait for the file system's notification: finds what a lost notification hid,
   * and the death of a process that is not our child. Default 500.
   */
  readonly lookMs?: number;
}

export type Settings = Readonly<Required<RuntimeOptions>>;

export function settingsOf(options: RuntimeOptions): Settings {
  if (!options.directory.startsWith('/'))
    throw new TypeError(`The runtime's directory is not absolute: ${options.directory}`);
  if (!/^[\w.-]{1,64}$/.test(options.instance)) {
    throw new TypeError(`The runtime's instance has characters that a marker cannot hold: ${options.instance}`);
  }
  return {
    maxOutputBytes: 256 * 1024 * 1024,
    maxLineBytes: 32 * 1024 * 1024,
    endStepMs: 2000,
    lookMs: 500,
    ...options,
  };
}
