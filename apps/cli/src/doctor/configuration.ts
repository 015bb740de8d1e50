// The configuration file, the variables that change it, and the folder's own project file.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDriven, loadConfig, loadProject, notHonoured } from '@parley/daemon/inspect';
import { ConfigSchema, findingOf, ParleyError } from '@parley/schema';
import type { Config, DoctorFinding, DoctorReport } from '@parley/schema';
import type { Looked, World } from './world.ts';

/** With the configuration that holds; the defaults where the file is not valid, so that the other checks have something to go by. */
export async function lookAtConfiguration({
  io: { env, cwd },
  places: { configFile: file },
  system,
}: World): Promise<Looked<{ readonly configuration: DoctorReport['configuration']; readonly config: Config }>> {
  const exists = existsSync(file);
  const findings: DoctorFinding[] = [];
  let config = ConfigSchema.parse({});
  let valid = true;
  try {
    ({ config } = await loadConfig(file, env));
  } catch (error) {
    findings.push(invalid(error, file));
    valid = false;
  }
  if (exists && system.platform !== 'win32') findings.push(...modeFindings(file, config));
  if (valid) findings.push(...contentFindings(config, file, env));
  for (const { name, why } of notHonoured(env))
    findings.push(findingOf('variable_not_honoured', `${name} is set and not honoured: ${why}.`, { variable: name }));
  findings.push(...(await projectFindings(cwd)));
  return { facts: { configuration: { file, exists, valid }, config }, findings };
}

function invalid(error: unknown, file: string): DoctorFinding {
  if (!ParleyError.is(error) || error.code !== 'config_invalid') throw error;
  const { body } = error;
  const message = error.message.replace(/\.?$/, '.');
  // "<origin>: …": the file's path, or the name of the variable.
  const origin = /^(PARLEY_\w+): /.exec(message)?.[1];
  if (origin !== undefined) return findingOf('config_variable_invalid', message, { variable: origin });
  const code = body.details?.['entry'] === undefined ? 'config_not_toml' : 'config_entry_invalid';
  return findingOf(code, message, { file });
}

function modeFindings(file: string, config: Config): readonly DoctorFinding[] {
  const { mode } = statSync(file);
  if ((mode & 0o022) !== 0) return [findingOf('config_writable_by_others', `Other users may write ${file}.`, { file })];
  const hasEnv = Object.values(config.agents).some((agent) =>
    [agent, ...Object.values(agent.profiles)].some(({ env }) => Object.keys(env).length > 0),
  );
  return hasEnv && (mode & 0o044) !== 0
    ? [findingOf('config_readable_by_others', `Other users may read ${file}, which sets variables.`, { file })]
    : [];
}

function contentFindings(config: Config, file: string, env: NodeJS.ProcessEnv): readonly DoctorFinding[] {
  const findings: DoctorFinding[] = [];
  for (const [agent, { model_key_env: variable }] of Object.entries(config.agents)) {
    if (!isDriven(agent))
      findings.push(
        findingOf('config_unknown_agent', `${file} has a table for "${agent}", which Parley does not drive.`, { file }),
      );
    else if (variable !== undefined && (env[variable] ?? '') === '')
      findings.push(
        findingOf('model_key_missing', `agents.${agent}.model_key_env names ${variable}, which is not set here.`, {
          variable,
        }),
      );
  }
  for (const folder of config.policy.full)
    if (!existsSync(folder))
      findings.push(findingOf('full_folder_missing', `policy.full names ${folder}, which does not exist.`, { file }));
  return findings;
}

async function projectFindings(cwd: string): Promise<readonly DoctorFinding[]> {
  try {
    await loadProject(cwd);
    return [];
  } catch (error) {
    if (!ParleyError.is(error) || error.code !== 'config_invalid') throw error;
    return [
      findingOf('project_config_invalid', error.message.replace(/\.?$/, '.'), { file: join(cwd, '.parley.toml') }),
    ];
  }
}
