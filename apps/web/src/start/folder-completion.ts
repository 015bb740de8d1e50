// Completes the path of a folder as it is typed.

/** The folder whose folders are listed, and the beginning of a name that they are filtered by. */
export interface FolderQuery {
  readonly parent: string;
  readonly beginning: string;
}

/** Of `/code/pro`: the folders of `/code/` that begin with `pro`. Undefined while there is no absolute path yet. */
export function folderQuery(typed: string): FolderQuery | undefined {
  if (!typed.startsWith('/')) return undefined;
  const slash = typed.lastIndexOf('/');
  return { parent: typed.slice(0, slash) || '/', beginning: typed.slice(slash + 1) };
}

/** Names that go on from what was typed, those in the same case first; hidden folders only when asked for by a dot. */
export function matching(names: readonly string[], beginning: string): readonly string[] {
  const lower = beginning.toLowerCase();
  return names
    .filter((name) => name.toLowerCase().startsWith(lower) && (beginning.startsWith('.') || !name.startsWith('.')))
    .toSorted((a, b) => Number(b.startsWith(beginning)) - Number(a.startsWith(beginning)) || a.localeCompare(b));
}

export function joinPath(parent: string, name: string): string {
  return parent.endsWith('/') ? parent + name : `${parent}/${name}`;
}

/** Without slashes at the end, as the daemon takes it. */
export function tidyPath(typed: string): string {
  const path = typed.trim().replaceAll(/\/{2,}/g, '/');
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}
