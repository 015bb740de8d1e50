import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { checkFileSystem, mountTypeOf, networkFileSystem } from './file-system.ts';
import { temporaryFolder } from './testing.ts';

const never = (): string | undefined => assert.fail('the number was enough');

test('local file systems pass', () => {
  const local = {
    ext4: 0xef53,
    btrfs: 0x9123683e,
    xfs: 0x58465342,
    tmpfs: 0x01021994,
    overlayfs: 0x794c7630,
    zfs: 0x2fc12fc1,
  };
  for (const [name, type] of Object.entries(local)) assert.equal(networkFileSystem(type, never), undefined, name);
  for (const name of ['fuseblk', 'fuse.fuse-overlayfs'])
    assert.equal(
      networkFileSystem(0x65735546, () => name),
      undefined,
    );
});

test('network file systems do not', () => {
  for (const type of [0x6969, 0x517b, 0xff534d42, 0xfe534d42 | 0, 0x01021997])
    assert.notEqual(networkFileSystem(type, never), undefined);
  assert.equal(
    networkFileSystem(0x65735546, () => 'fuse.sshfs'),
    'fuse.sshfs',
  );
  assert.equal(
    networkFileSystem(0x65735546, () => undefined),
    'FUSE',
  );
});

test('the mount that holds a path is the deepest, and of those the last', () => {
  const mountinfo = [
    '21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '40 21 0:50 / /home/me/remote rw shared:2 master:1 - fuse.sshfs host:/ rw',
    '41 21 0:51 / /home/me/with\\040space rw - nfs4 host:/ rw',
    '42 21 0:52 / /home/me/remote/over rw - tmpfs tmpfs rw',
    '43 42 0:53 / /home/me/remote/over rw - xfs /dev/sdb rw',
    '',
  ].join('\n');
  assert.equal(mountTypeOf(mountinfo, '/home/me'), 'ext4');
  assert.equal(mountTypeOf(mountinfo, '/home/me/remote'), 'fuse.sshfs');
  assert.equal(mountTypeOf(mountinfo, '/home/me/remote/a/b'), 'fuse.sshfs');
  assert.equal(mountTypeOf(mountinfo, '/home/me/remotely'), 'ext4');
  assert.equal(mountTypeOf(mountinfo, '/home/me/with space/x'), 'nfs4');
  assert.equal(mountTypeOf(mountinfo, '/home/me/remote/over/x'), 'xfs');
});

test('a directory that does not exist yet is judged by where it will be', (t) => {
  checkFileSystem(path.join(temporaryFolder(t), 'not', 'there', 'yet'));
});
