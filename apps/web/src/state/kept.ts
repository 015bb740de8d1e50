// What this browser keeps: choices in the local storage, unsent words in the tab's. Works without either (private windows).

function read(storage: () => Storage, key: string): unknown {
  try {
    const text = storage().getItem(`parley.${key}`);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    if (value === undefined) storage().removeItem(`parley.${key}`);
    else storage().setItem(`parley.${key}`, JSON.stringify(value));
  } catch {
    // Full or closed: the page works on without.
  }
}

/** A text that was kept, or undefined. */
export function keptText(key: string): string | undefined {
  const value = read(() => localStorage, key);
  return typeof value === 'string' ? value : undefined;
}

export function keepText(key: string, value: string | undefined): void {
  write(() => localStorage, key, value === '' ? undefined : value);
}

/** What this tab keeps over a reload; the caller checks its shape. */
export function keptInTab(key: string): unknown {
  return read(() => sessionStorage, key);
}

export function keepInTab(key: string, value: unknown): void {
  write(() => sessionStorage, key, value);
}
