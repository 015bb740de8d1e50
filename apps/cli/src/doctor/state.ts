// The state directory: what it is, whose, who else may look into it, and what lies there.

import { closeSync, lstatSync, openSync, readFileSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Stats } from 'node:fs';
import { isPrivateFolder } from '@parley/client/node';
import { findingOf } from '@parley/schema';
import type { DoctorFinding, DoctorReport } from '@parley/schema';
import type { Looked, World } from './world.ts';

/** Shortest token that the daemon takes. */
const shortestToken = 32;

export function lookAtState(world: World): Looked<{ readonly state: DoctorReport['state'] }> {
  const { places, networkProblem } = world;
  const { stateDir: directory } = places;
  const findings: DoctorFinding[] = [];
  const network = networkProblem(directory);
  if (network !== undefined) findings.push(findingOf('state_on_network', network));
  let found: Stats | undefined;
  try {
    found = statSync(directory, { throwIfNoEntry: false });
  } catch (error) {
    findings.push(findingOf('state_foreign', `${directory} is not ours to look at: ${String(error)}.`));
  }
  if (found === undefined) return { facts: { state: { directory, exists: false, token: false } }, findings };
  const mode = `0${(found.mode & 0o777).toString(8)}`;
  const state = { directory, exists: true, mode, token: found.isDirectory() && hasEntry(places.tokenFile) };
  if (!found.isDirectory()) {
    findings.push(findingOf('state_not_folder', `${directory} is no folder.`, { path: directory }));
    return { facts: { state }, findings };
  }
  if (world.uid !== undefined && found.uid !== world.uid) {
    // What is in it is theirs, and often not ours to see.
    findings.push(findingOf('state_foreign', `${directory} belongs to the user with id ${found.uid}.`));
    return { facts: { state }, findings };
  }
  if (world.system.platform !== 'win32') findings.push(...openFindings(world, found.mode));
  findings.push(...tokenFindings(world), ...storeFindings(world));
  return { facts: { state }, findings };
}

function openFindings({ places }: World, mode: number): readonly DoctorFinding[] {
  const { stateDir, tokenFile, socketDir } = places;
  const findings: DoctorFinding[] = [];
  if ((mode & 0o077) !== 0)
    findings.push(findingOf('state_open', `Other users may enter ${stateDir}.`, { folder: stateDir }));
  const open = readdirSync(stateDir, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(stateDir, name))
    .filter((file) => isOpen(file));
  if (open.includes(tokenFile))
    findings.push(findingOf('token_open', `Other users may read ${tokenFile}.`, { file: tokenFile }));
  const others = open.filter((file) => file !== tokenFile);
  if (others.length > 0)
    findings.push(
      findingOf('state_file_open', `Other users may read or write ${others.join(', ')}.`, { files: others }),
    );
  if (socketDir !== stateDir && hasEntry(socketDir) && !isPrivateFolder(socketDir))
    findings.push(findingOf('socket_folder_foreign', `The socket's folder ${socketDir} is not ours alone.`));
  return findings;
}

function tokenFindings({ places: { tokenFile: file } }: World): readonly DoctorFinding[] {
  if (!hasEntry(file)) return [];
  try {
    const { length } = readFileSync(file, 'utf8').trim();
    return length >= shortestToken
      ? []
      : [
          findingOf('token_unusable', `${file} has ${length} characters; a token has at least ${shortestToken}.`, {
            file,
          }),
        ];
  } catch (error) {
    return [findingOf('token_unusable', `${file} cannot be read: ${String(error)}.`, { file })];
  }
}

/** By its first bytes: opening it would make files beside it. */
function storeFindings({ places: { databaseFile: file } }: World): readonly DoctorFinding[] {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || (found.isFile() && found.size === 0)) return [];
  const magic = 'SQLite format 3\0';
  const head = Buffer.alloc(magic.length);
  try {
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, head, 0, head.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return [findingOf('store_damaged', `${file} cannot be read: ${String(error)}.`, { file })];
  }
  return head.toString('latin1') === magic
    ? []
    : [findingOf('store_damaged', `${file} is no SQLite database.`, { file })];
}

function isOpen(file: string): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found !== undefined && (found.mode & 0o077) !== 0;
}

function hasEntry(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
