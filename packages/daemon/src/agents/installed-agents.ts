// The agents of this machine: found, described, and made ready to start. Fills the engine's `Agents` interface.

import { realpathSync } from 'node:fs';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { driverOf, drivers, driversOf, usualDrivers } from '@parley/drivers';
import { ParleyError } from '@parley/schema';
import type {
  AgentConfig,
  AgentName,
  AgentView,
  Config,
  CreateSession,
  Detected,
  Driver,
  LaunchPlan,
  ModelWire,
  RunId,
  Session,
} from '@parley/schema';
import type { Agents, PreparedRun, SessionDefaults } from '@parley/engine';
import { loadProject, stricter } from '../config/load.ts';
import { backendOf, endpointOf } from './endpoint.ts';
import type { EndpointFacts } from './endpoint.ts';
import { childEnvironment } from './environment.ts';
import { installFolder } from './install.ts';
import { profileOf, settingsOf } from './session-settings.ts';

export interface InstalledAgentsOptions {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Where Parley installs agents. */
  readonly agentsDir: string;
  /** Homes of agents in rehearsal, so that the user's own history stays clean. */
  readonly homesDir: string;
  /** Brings the rehearsal server up, if it is not, and tells its root URL. */
  readonly rehearsal: () => Promise<string>;
  /** Program and first arguments of `parley adapter`. */
  readonly adapter: readonly [string, ...string[]];
}

/** Milliseconds that a detection holds; an installation ends it at once. */
const detectionMs = 60_000;

export class InstalledAgents implements Agents {
  readonly #options: InstalledAgentsOptions;
  /** By agent and command. */
  readonly #detected = new Map<string, { readonly at: number; readonly found: Promise<Detected> }>();

  constructor(options: InstalledAgentsOptions) {
    this.#options = options;
  }

  driver(name: AgentName, mode?: string): Driver {
    return driverOf(name, mode);
  }

  /** Forget what was found, after an installation. */
  forget(name: AgentName): void {
    for (const key of this.#detected.keys()) if (key.startsWith(`${name} `)) this.#detected.delete(key);
  }

  views(): Promise<readonly AgentView[]> {
    const configured = Object.keys(this.#options.config.agents).filter((name) => name.startsWith('acp:'));
    return Promise.all([...usualDrivers, ...configured.map((name) => driverOf(name))].map((each) => this.view(each)));
  }

  async view({ agent }: Driver): Promise<AgentView> {
    const detected = await this.#detect(driverOf(agent));
    const modes = driversOf(agent, detected.dialect);
    const driver = driverOf(agent, this.#config(agent)?.mode, detected.dialect);
    const { agent: name, title, provenVersion, capabilities, npmPackage, installHint, loginHint } = driver;
    return {
      name,
      title,
      installed: detected.installed,
      ...(detected.path === undefined ? {} : { path: detected.path }),
      ...(detected.version === undefined ? {} : { version: detected.version }),
      ...(detected.dialect === undefined ? {} : { dialect: detected.dialect }),
      provenVersion,
      backend: backendOf(this.#facts(driver, detected), undefined),
      modes: [...new Set([driver.mode, ...modes.map(({ mode }) => mode)])],
      capabilities,
      ...(npmPackage === undefined ? {} : { installable: { package: npmPackage, version: provenVersion } }),
      ...(installHint === undefined ? {} : { installHint }),
      loginHint,
      ...(detected.problem === undefined ? {} : { problem: detected.problem }),
    };
  }

  async defaults(input: CreateSession): Promise<SessionDefaults> {
    const { agent } = driverOf(input.agent);
    const profile = profileOf(agent, this.#config(agent), input.profile);
    const detected = await this.#require(driverOf(agent), profile.command);
    const driver = driverOf(agent, input.mode ?? profile.mode, detected.dialect);
    const backend = backendOf(this.#facts(driver, detected), input.modelUrl);
    const project = await loadProject(input.cwd);
    const usersPolicy = profile.policy ?? this.#options.config.policy.default;
    const model =
      input.model ??
      (input.profile === undefined ? project.models[agent] : undefined) ??
      profile.model ??
      (backend.kind === 'rehearsal' ? driver.rehearsalModel : undefined);
    return {
      backend,
      mode: driver.mode,
      policy: input.policy ?? (project.policy === undefined ? usersPolicy : stricter(usersPolicy, project.policy)),
      ...(model === undefined ? {} : { model }),
      ...(await settingsOf(input, profile, this.#options.config.deadlines)),
    };
  }

  async prepare(session: Session, run: { readonly runId: RunId; readonly prompt: string }): Promise<PreparedRun> {
    const driver = driverOf(session.agent, session.mode);
    const profile = profileOf(driver.agent, this.#config(driver.agent), session.profile);
    const detected = await this.#require(driver, profile.command);
    if (driver.dialect !== undefined && driver.dialect !== detected.dialect) {
      throw new ParleyError(
        'session_closed',
        `This session spoke to the ${driver.dialect} ${driver.title}; the program of that name is another one now.`,
      );
    }
    const cwd = await realpath(session.cwd).catch(() => {
      throw new ParleyError('folder_missing', `The folder "${session.cwd}" is gone.`);
    });
    this.checkPolicy({ policy: session.policy, cwd }); // The folder may have become a link to another one since.
    const rehearsing = session.backend.kind === 'rehearsal';
    const agentHome = rehearsing ? await this.#home(driver) : undefined;
    const rehearsalUrl = rehearsing ? rehearsalUrlOf(await this.#options.rehearsal(), driver.wire) : undefined;
    const { endpoint, key } = endpointOf(
      this.#facts(driver, detected),
      session.backend,
      session.modelUrl,
      rehearsalUrl,
    );
    const { model, threadId, effort, variant, personality, addedFolders } = session;
    const plan = driver.launch({
      runId: run.runId,
      ...(driver.promptInArgv === true ? { prompt: run.prompt } : {}),
      executable: detected.path ?? driver.agent,
      cwd,
      policy: session.policy,
      ...(model === undefined ? {} : { model }),
      ...(threadId === undefined ? {} : { threadId }),
      ...(detected.dialect === undefined ? {} : { dialect: detected.dialect }),
      ...(detected.version === undefined ? {} : { version: detected.version }),
      ...(addedFolders === undefined ? {} : { addedFolders }),
      ...(effort === undefined ? {} : { effort }),
      ...(variant === undefined ? {} : { variant }),
      ...(personality === undefined ? {} : { personality }),
      ...(profile.provider_profile === undefined ? {} : { providerProfile: profile.provider_profile }),
      endpoint,
      root: process.getuid?.() === 0,
      ...(agentHome === undefined ? {} : { agentHome }),
      adapter: this.#options.adapter,
      node: process.execPath,
      extraArgs: profile.args,
    });
    if (agentHome !== undefined) await writeHomeFiles(agentHome, plan);
    return {
      request: {
        argv: plan.argv,
        cwd: plan.cwd,
        env: childEnvironment(this.#options.env, {
          driver,
          drivers,
          agents: this.#options.config.agents,
          settings: profile,
          plan,
          key,
        }),
      },
      limits: plan.limits,
    };
  }

  checkPolicy({ policy, cwd }: Pick<Session, 'policy' | 'cwd'>): void {
    if (policy !== 'full') return;
    const allowed = this.#options.config.policy.full.some((folder) => {
      const way = relative(realFolder(folder), cwd);
      return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !way.startsWith(sep));
    });
    if (!allowed) throw new ParleyError('policy_not_allowed', `The policy "full" is not allowed in ${cwd}.`, { cwd });
  }

  async #require(driver: Driver, command: string | undefined): Promise<Detected> {
    const detected = await this.#detect(driver, command);
    if (detected.installed) return detected;
    throw new ParleyError('agent_not_installed', detected.problem ?? `${driver.title} is not installed.`, {
      install: driver.npmPackage === undefined ? driver.installHint : `parley agents install ${driver.agent}`,
    });
  }

  #detect(driver: Driver, command = this.#config(driver.agent)?.command): Promise<Detected> {
    const key = `${driver.agent} ${command ?? ''}`;
    const known = this.#detected.get(key);
    if (known !== undefined && Date.now() - known.at < detectionMs) return known.found;
    const { env, agentsDir } = this.#options;
    const found = driver.detect({
      searchPath: [
        join(installFolder(agentsDir, driver), 'node_modules', '.bin'),
        ...(env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
      ],
      env,
      node: process.execPath,
      ...(command === undefined ? {} : { command }),
    });
    this.#detected.set(key, { at: Date.now(), found });
    found.then(
      ({ installed }) => installed || this.#detected.delete(key), // It may be installed any moment.
      () => this.#detected.delete(key),
    );
    return found;
  }

  #facts(driver: Driver, detected: Detected): EndpointFacts {
    return { driver, config: this.#config(driver.agent), detected, env: this.#options.env };
  }

  #config(agent: AgentName): AgentConfig | undefined {
    return this.#options.config.agents[agent];
  }

  async #home(driver: Driver): Promise<string> {
    const home = join(this.#options.homesDir, driver.agent.replaceAll(/[^\w.-]/g, '_'));
    await mkdir(home, { recursive: true, mode: 0o700 });
    return home;
  }
}

/** OpenAI's clients take base URLs with `/v1`, the others without. */
function rehearsalUrlOf(root: string, wire: ModelWire): string {
  return wire === 'openai-responses' || wire === 'openai-chat' ? `${root}/v1` : root;
}

async function writeHomeFiles(home: string, { homeFiles = [] }: LaunchPlan): Promise<void> {
  for (const { path, text } of homeFiles) {
    const file = join(home, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode: 0o600 });
  }
}

/** Sessions have real paths, so what they are compared with needs one too. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder; // It does not exist yet: then no session is in it either.
  }
}
