// Writes what a plan says: a copy of the old file beside it, then the new one in its place, whole or not at all.

import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { failure } from '@parley/client';
import { readText } from './read-text.ts';
import type { ClientPlan } from './plan.ts';

/** Gives the path of the copy; undefined when there was no file. Throws `config_invalid` when the file has changed since the plan. */
export async function carryOut(
  { file, target, before, after }: ClientPlan,
  now = new Date(),
): Promise<string | undefined> {
  if (readText(target) !== before) {
    throw await failure('config_invalid', `${file} has just been changed by somebody else: run the command again.`);
  }
  const stamp = now.toISOString().replaceAll(/[-:.]/g, '');
  const backup = before === undefined ? undefined : freeName(`${target}.before-parley-${stamp}`);
  if (backup === undefined) mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  else copyFileSync(target, backup, constants.COPYFILE_EXCL);
  const mode = before === undefined ? 0o600 : statSync(target).mode & 0o777;
  const fresh = `${target}.${process.pid}.new`;
  try {
    writeFileSync(fresh, after, { mode, flag: 'wx' });
    chmodSync(fresh, mode); // The process's mask may have made it less.
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  return backup;
}

/** Two changes may be made in the same moment, and no copy may replace another. */
function freeName(wanted: string): string {
  for (let n = 2, name = wanted; ; n += 1, name = `${wanted}-${n}`) if (!existsSync(name)) return name;
}
