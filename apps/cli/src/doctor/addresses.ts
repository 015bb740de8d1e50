// Which hosts are this machine's own, which are of the local network, and which are everybody's.

import { BlockList, isIP } from 'node:net';

const loopback = listOf(['127.0.0.0', 8], ['::1', 128]);
/** RFC 1918, RFC 3927, RFC 6598 (shared, also Tailscale's), RFC 4193, RFC 4291. */
const local = listOf(
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
  ['fe80::', 10],
);

/** Listens everywhere. */
export function isUnspecified(host: string): boolean {
  return ['0.0.0.0', '::', '[::]', ''].includes(host);
}

export function isLoopback(host: string): boolean {
  const name = bare(host);
  return name === 'localhost' || name.endsWith('.localhost') || holds(loopback, name);
}

/** An address or a name that only the local network knows. */
export function isLocalNetwork(host: string): boolean {
  const name = bare(host);
  if (isIP(name) !== 0) return holds(local, name);
  return isUnspecified(name) || name.endsWith('.local') || name.endsWith('.lan') || !name.includes('.');
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}

/** An IPv4 address in IPv6 clothes counts as what it is; Node's list does that by itself. */
function holds(list: BlockList, name: string): boolean {
  const family = isIP(name);
  return family !== 0 && list.check(name, family === 6 ? 'ipv6' : 'ipv4');
}

function listOf(...subnets: readonly (readonly [address: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}
