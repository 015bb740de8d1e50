// Which agents there are. A new agent is a new folder and one line here; one that can be spoken to in several ways has a line for each,
// the usual one first.

import { ParleyError } from '@parley/schema';
import type { AgentName, Driver } from '@parley/schema';
import { acpDriver } from './acp/driver.ts';
import { claude } from './claude/driver.ts';
import { claudePrint } from './claude/print/driver.ts';
import { codex } from './codex/driver.ts';
import { codexExec } from './codex/exec/driver.ts';
import { geminiAcp, geminiPrint } from './gemini/driver.ts';
import { grokHeadless, grokKit } from './grok/driver.ts';
import { kimiCodeAcp, kimiCodePrint, kimiLegacyPrint, kimiWire } from './kimi/driver.ts';
import { opencode, opencodeRun } from './opencode/driver.ts';
import { vibeAcp, vibePrint } from './vibe/driver.ts';

export const drivers: readonly Driver[] = [
  codex,
  codexExec,
  claude,
  claudePrint,
  geminiAcp,
  geminiPrint,
  opencode,
  opencodeRun,
  kimiCodeAcp,
  kimiCodePrint,
  kimiWire,
  kimiLegacyPrint,
  grokHeadless,
  grokKit,
  vibePrint,
  vibeAcp,
];

/** One for each agent: the usual way to speak to it. */
export const usualDrivers: readonly Driver[] = drivers.filter(
  ({ agent }, place) => drivers.findIndex((each) => each.agent === agent) === place,
);

/** All ways to speak to an agent (in the program of this dialect), the usual one first. Throws `unknown_agent`. */
export function driversOf(name: AgentName, dialect?: string): readonly Driver[] {
  const wanted = name.trim().toLowerCase();
  if (/^acp:[\w.-]+$/.test(wanted)) return [acpDriver(wanted.slice('acp:'.length))];
  const all = drivers.filter(({ agent }) => agent === wanted);
  if (all.length === 0) {
    const known = usualDrivers.map(({ agent }) => agent).toSorted();
    throw new ParleyError(
      'unknown_agent',
      `There is no agent "${name.trim()}"; the known ones are ${known.join(', ')}.`,
      { known },
    );
  }
  if (dialect === undefined) return all;
  return all.filter((driver) => driver.dialect === undefined || driver.dialect === dialect);
}

/**
 * The driver for one way of speaking to an agent; the name may have spaces around it and any case. Throws `unknown_agent`, and
 * `invalid_request` for a mode that the agent (in this dialect) does not have.
 */
export function driverOf(name: AgentName, mode?: string, dialect?: string): Driver {
  const all = driversOf(name, dialect);
  const driver = mode === undefined ? all[0] : all.find((each) => each.mode === mode);
  if (driver !== undefined) return driver;
  const known = all.map((each) => each.mode);
  throw new ParleyError('invalid_request', `${name.trim()} has no mode "${mode}"; it has ${known.join(', ')}.`, {
    field: 'mode',
    known,
  });
}
