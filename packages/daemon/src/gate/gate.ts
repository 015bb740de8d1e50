// The gate: the one decision in front of every transport (HTTP, WebSocket upgrade, SSE), before routing. In this order: Host, Origin,
// credential. Auth is on for loopback too; a unix socket is protected by its mode and counts as a credential.

import { ParleyError } from '@parley/schema';

export interface Knock {
  readonly transport: 'unix' | 'tcp';
  readonly method: string;
  /** Path without query, as it will be routed. */
  readonly path: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  readonly upgrade: boolean;
}

export interface GateRules {
  /** Exact `Host` values, with port, in lower case. */
  readonly hosts: ReadonlySet<string>;
  /** Exact origins. */
  readonly origins: ReadonlySet<string>;
  readonly isToken: (text: string) => boolean;
  readonly isCookie: (text: string) => boolean;
}

/** `admin`: may stop the daemon and invite browsers; `use`: everything else; `none`: only what is open to all. */
export type Scope = 'admin' | 'use' | 'none';

export const cookieName = 'parley_session';

/** Who may enter, or the error that says why not. */
export function admit(knock: Knock, rules: GateRules): Scope | ParleyError {
  if (knock.transport === 'unix') {
    return knock.origin === undefined
      ? 'admin'
      : new ParleyError('origin_not_allowed', 'Pages have no business on the unix socket.');
  }
  const host = knock.host?.toLowerCase();
  if (host === undefined || !rules.hosts.has(host)) {
    return new ParleyError('host_not_allowed', `Parley does not answer to the name "${knock.host ?? ''}".`);
  }
  if (knock.origin !== undefined && !rules.origins.has(knock.origin.toLowerCase())) {
    return new ParleyError('origin_not_allowed', `The origin "${knock.origin}" may not use Parley.`);
  }
  const bearer = bearerOf(knock.authorization);
  if (bearer !== undefined) {
    return rules.isToken(bearer)
      ? 'admin'
      : new ParleyError('unauthenticated', 'The bearer token is not the right one.');
  }
  const cookie = cookieOf(knock.cookie);
  if (cookie !== undefined && rules.isCookie(cookie)) return fromOwnPage(knock) ? 'use' : foreign();
  if (isOpen(knock)) return 'none';
  return new ParleyError(
    'unauthenticated',
    cookie === undefined ? 'No credential was sent.' : 'This browser is not paired any more.',
  );
}

const foreign = (): ParleyError =>
  new ParleyError('origin_not_allowed', 'A request that another site makes a browser send is not taken.');

/** A browser sends its cookie for anybody who asks; what changes something must come from Parley's own page. */
function fromOwnPage({ method, origin, fetchSite, upgrade }: Knock): boolean {
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return false;
  const readsOnly = (method === 'GET' || method === 'HEAD') && !upgrade;
  return readsOnly || origin !== undefined;
}

/** What everybody may see who came through Host and Origin: the page without any data, health, and the way to pair. */
function isOpen({ method, path, upgrade }: Knock): boolean {
  if (upgrade) return false;
  if (method === 'POST') return path === '/api/pair';
  if (method !== 'GET' && method !== 'HEAD') return false;
  return !path.startsWith('/api/') && path !== '/metrics';
}

function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const [scheme, token] = authorization.split(' ', 2);
  return scheme?.toLowerCase() === 'bearer' && token !== undefined ? token : '';
}

function cookieOf(header: string | undefined): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [name, value] = part.trim().split('=', 2);
    if (name === cookieName) return value;
  }
  return undefined;
}

/** The names by which a listener on `host:port` is rightly called. */
export function hostsOf(host: string, port: number, more: readonly string[]): ReadonlySet<string> {
  const names = new Set(['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host]);
  const hosts = new Set([...names].map((name) => `${name}:${port}`));
  if (port === 80) for (const name of names) hosts.add(name);
  for (const name of more) hosts.add(name.toLowerCase());
  return hosts;
}

/** The origins of Parley's own page. */
export function originsOf(hosts: ReadonlySet<string>, more: readonly string[]): ReadonlySet<string> {
  return new Set([
    ...[...hosts].flatMap((host) => [`http://${host}`, `https://${host}`]),
    ...more.map((origin) => origin.toLowerCase()),
  ]);
}
