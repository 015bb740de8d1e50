// A folder in few characters: its last two names tell which one it is.

export function shortFolder(path: string): string {
  const names = path.split('/').filter((name) => name !== '');
  return names.length <= 2 ? path : `…/${names.slice(-2).join('/')}`;
}
