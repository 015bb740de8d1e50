// Which file systems a state directory may be on: SQLite's locks and shared memory need a local one.

import fs from 'node:fs';
import path from 'node:path';
import { ParleyError } from '@parley/schema';

/** `f_type` of statfs(2) on Linux. */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB 2'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x19830326, 'BeeGFS'],
  [0x564c, 'NCP'],
  [0x786f4256, 'VirtualBox shared folder'],
  [0xbacbacbc, 'VMware shared folder'],
  [0x7c7c6673, 'Parallels shared folder'],
]);

const fuse = 0x65735546;

/** What serves local disks through FUSE, as the table of mounts names it. All else there (sshfs, rclone, s3fs, Docker's file sharing…) is refused. */
const localFuse: ReadonlySet<string> = new Set([
  'fuseblk',
  'fuse.fuse-overlayfs',
  'fuse.gocryptfs',
  'fuse.encfs',
  'fuse.bindfs',
  'fuse.mergerfs',
  'fuse.ntfs-3g',
]);

/** The name of a network file system, or undefined for a local one. `mountType`: asked only where the number does not tell. */
export function networkFileSystem(type: number, mountType: () => string | undefined): string | undefined {
  const unsigned = type >>> 0;
  if (unsigned !== fuse) return networkTypes.get(unsigned);
  const name = mountType();
  return name !== undefined && localFuse.has(name) ? undefined : (name ?? 'FUSE');
}

/** The type in `/proc/self/mountinfo` (its text is given) of the mount that holds a path. */
export function mountTypeOf(mountinfo: string, file: string): string | undefined {
  let best: { readonly point: string; readonly type: string } | undefined;
  for (const line of mountinfo.split('\n')) {
    // "36 35 98:0 /root /mount/point options [more…] - type source options", with octal for spaces.
    const [place, rest] = line.split(' - ', 2);
    const point = place
      ?.split(' ')[4]
      ?.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
    const type = rest?.split(' ')[0];
    if (point === undefined || type === undefined) continue;
    const holds = point === '/' || file === point || file.startsWith(`${point}/`);
    // A later mount lies over an earlier one at the same point.
    if (holds && point.length >= (best?.point.length ?? 0)) best = { point, type };
  }
  return best?.type;
}

/**
 * Throws `state_on_network` when the directory (or, while it is missing, the nearest one above it that is there) is on a network file
 * system. Only Linux tells; elsewhere everything passes.
 */
export function checkFileSystem(directory: string): void {
  if (process.platform !== 'linux') return;
  let there = path.resolve(directory);
  while (!fs.existsSync(there)) there = path.dirname(there);
  const real = fs.realpathSync(there);
  const name = networkFileSystem(fs.statfsSync(real).type, () =>
    mountTypeOf(fs.readFileSync('/proc/self/mountinfo', 'utf8'), real),
  );
  if (name === undefined) return;
  throw new ParleyError('state_on_network', `The state directory ${directory} is on a network file system (${name}).`, {
    fileSystem: name,
  });
}
