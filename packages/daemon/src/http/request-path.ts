// The path of a request. Gate, router and page must mean the same by it, however it was written.

/**
 * Without scheme and authority (the absolute form, which proxies send), query and percent-encoding. One that cannot be decoded stays as it
 * is: the router refuses it.
 */
export function requestPath(target: string): string {
  const [path = ''] = target.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  try {
    return path === '' ? '/' : decodeURIComponent(path);
  } catch {
    return path;
  }
}
