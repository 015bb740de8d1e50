// Homes of agents in rehearsal: folders of Parley's own, so that the user's history and settings stay as they are.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AgentName, LaunchPlan } from '@parley/schema';

export function homeOf(homesDir: string, agent: AgentName): string {
  return join(homesDir, agent.replaceAll(/[^\w.-]/g, '_'));
}

export async function makeHome(homesDir: string, agent: AgentName): Promise<string> {
  const home = homeOf(homesDir, agent);
  await mkdir(home, { recursive: true, mode: 0o700 });
  return home;
}

export async function writeHomeFiles(home: string, { homeFiles = [] }: LaunchPlan): Promise<void> {
  for (const { path, text } of homeFiles) {
    const file = join(home, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode: 0o600 });
  }
}
