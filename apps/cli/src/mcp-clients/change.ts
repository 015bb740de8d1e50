// Installs or removes Parley's entry, as a person or `--yes` wants it.

import { canAsk, confirm } from '../confirm.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import { carryOut } from './carry-out.ts';
import type { McpClient } from './clients.ts';
import { describePlan } from './describe-plan.ts';
import { planInstall, planUninstall } from './plan.ts';
import { serverEntry } from './server-entry.ts';

export interface ChangeOptions {
  readonly yes?: true;
  readonly json?: true;
}

/**
 * Shows the plan, asks, and does it. False when a person said no. Throws `UsageError` where nobody can be asked, and as the plan and its
 * carrying out.
 */
export async function change(
  what: 'install' | 'uninstall',
  client: McpClient,
  { yes, json }: ChangeOptions,
  io: Io,
): Promise<boolean> {
  const place = { platform: process.platform, env: io.env };
  const plan =
    what === 'install' ? await planInstall(client, place, serverEntry(io)) : await planUninstall(client, place);
  const { file, action, entry } = plan;
  if (json === true) {
    io.stdout.write(`${JSON.stringify({ plan: { client: client.name, file, action, ...(entry && { entry }) } })}\n`);
  } else {
    (yes === true && action !== 'none' ? io.stderr : io.stdout).write(describePlan(plan));
  }
  if (action === 'none') return true;
  if (yes !== true) {
    if (json === true || !canAsk(io)) throw new UsageError('Nothing was done. With --yes it is.');
    if (!(await confirm('Go ahead?', io))) {
      io.stderr.write('Nothing was done.\n');
      return false;
    }
  }
  const backup = await carryOut(plan);
  if (json === true) {
    io.stdout.write(`${JSON.stringify({ done: true, file, ...(backup !== undefined && { backup }) })}\n`);
    return true;
  }
  if (backup !== undefined) io.stderr.write(`The file as it was: ${backup}\n`);
  io.stderr.write(action === 'remove' ? 'Done.\n' : `Done. ${client.next}\n`);
  return true;
}
