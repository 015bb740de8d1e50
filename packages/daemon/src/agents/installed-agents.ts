// The agents of this machine: found, described, and made ready to start. Fills the engine's `Agents` interface.

import { realpathSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { delimiter, join, relative, sep } from 'node:path';
import { driverOf, drivers } from '@parley/drivers';
import { ParleyError } from '@parley/schema';
import type {
  AgentConfig,
  AgentName,
  AgentView,
  Config,
  CreateSession,
  Detected,
  Driver,
  Session,
} from '@parley/schema';
import type { Agents, PreparedRun, SessionDefaults } from '@parley/engine';
import { loadProject, stricter } from '../config/load.ts';
import { backendOf, endpointOf } from './endpoint.ts';
import type { EndpointFacts } from './endpoint.ts';
import { childEnvironment } from './environment.ts';
import { installFolder } from './install.ts';

export interface InstalledAgentsOptions {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Where Parley installs agents. */
  readonly agentsDir: string;
  /** Homes of agents in rehearsal, so that the user's own history stays clean. */
  readonly homesDir: string;
  /** Brings the rehearsal server up, if it is not, and tells its root URL. */
  readonly rehearsal: () => Promise<string>;
}

/** Milliseconds that a detection holds; an installation ends it at once. */
const detectionMs = 60_000;

export class InstalledAgents implements Agents {
  readonly #options: InstalledAgentsOptions;
  readonly #detected = new Map<AgentName, { readonly at: number; readonly found: Promise<Detected> }>();

  constructor(options: InstalledAgentsOptions) {
    this.#options = options;
  }

  driver(name: AgentName): Driver {
    return driverOf(name);
  }

  /** Forget what was found, after an installation. */
  forget(name: AgentName): void {
    this.#detected.delete(name);
  }

  views(): Promise<readonly AgentView[]> {
    return Promise.all(drivers.map((driver) => this.view(driver)));
  }

  async view(driver: Driver): Promise<AgentView> {
    const detected = await this.#detect(driver);
    const { agent: name, title, provenVersion, capabilities, npmPackage } = driver;
    return {
      name,
      title,
      installed: detected.installed,
      ...(detected.path === undefined ? {} : { path: detected.path }),
      ...(detected.version === undefined ? {} : { version: detected.version }),
      provenVersion,
      backend: backendOf(this.#facts(driver, detected), undefined),
      capabilities,
      installable: { package: npmPackage, version: provenVersion },
      ...(detected.problem === undefined ? {} : { problem: detected.problem }),
    };
  }

  async defaults({ agent, cwd, modelUrl, model, policy }: CreateSession): Promise<SessionDefaults> {
    const driver = driverOf(agent);
    const detected = await this.#require(driver);
    const backend = backendOf(this.#facts(driver, detected), modelUrl);
    const project = await loadProject(cwd);
    const { default: usersPolicy } = this.#options.config.policy;
    const chosenModel =
      model ??
      project.models[driver.agent] ??
      this.#config(driver)?.model ??
      (backend.kind === 'rehearsal' ? driver.rehearsalModel : undefined);
    return {
      backend,
      policy: policy ?? (project.policy === undefined ? usersPolicy : stricter(usersPolicy, project.policy)),
      ...(chosenModel === undefined ? {} : { model: chosenModel }),
    };
  }

  async prepare(session: Session): Promise<PreparedRun> {
    const driver = driverOf(session.agent);
    const detected = await this.#require(driver);
    const cwd = await realpath(session.cwd).catch(() => {
      throw new ParleyError('folder_missing', `The folder "${session.cwd}" is gone.`);
    });
    this.checkPolicy({ policy: session.policy, cwd }); // The folder may have become a link to another one since.
    const rehearsing = session.backend.kind === 'rehearsal';
    const root = rehearsing ? await this.#options.rehearsal() : undefined;
    const rehearsalUrl = root === undefined ? undefined : driver.wire === 'openai-responses' ? `${root}/v1` : root;
    const { endpoint, key } = endpointOf(
      this.#facts(driver, detected),
      session.backend,
      session.modelUrl,
      rehearsalUrl,
    );
    const config = this.#config(driver);
    const plan = driver.launch({
      executable: detected.path ?? driver.agent,
      cwd,
      policy: session.policy,
      ...(session.model === undefined ? {} : { model: session.model }),
      ...(session.threadId === undefined ? {} : { threadId: session.threadId }),
      endpoint,
      root: process.getuid?.() === 0,
      ...(rehearsing ? { agentHome: await this.#home(driver) } : {}),
      extraArgs: config?.args ?? [],
    });
    return {
      request: {
        argv: plan.argv,
        cwd: plan.cwd,
        env: childEnvironment(this.#options.env, {
          driver,
          drivers,
          agents: this.#options.config.agents,
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

  async #require(driver: Driver): Promise<Detected> {
    const detected = await this.#detect(driver);
    if (detected.installed) return detected;
    throw new ParleyError('agent_not_installed', detected.problem ?? `${driver.title} is not installed.`, {
      install: `parley agents install ${driver.agent}`,
    });
  }

  #detect(driver: Driver): Promise<Detected> {
    const known = this.#detected.get(driver.agent);
    if (known !== undefined && Date.now() - known.at < detectionMs) return known.found;
    const { env, agentsDir } = this.#options;
    const command = this.#config(driver)?.command;
    const found = driver.detect({
      searchPath: [
        join(installFolder(agentsDir, driver), 'node_modules', '.bin'),
        ...(env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
      ],
      env,
      ...(command === undefined ? {} : { command }),
    });
    this.#detected.set(driver.agent, { at: Date.now(), found });
    found.then(
      ({ installed }) => installed || this.#detected.delete(driver.agent), // It may be installed any moment.
      () => this.#detected.delete(driver.agent),
    );
    return found;
  }

  #facts(driver: Driver, detected: Detected): EndpointFacts {
    return { driver, config: this.#config(driver), detected, env: this.#options.env };
  }

  #config(driver: Driver): AgentConfig | undefined {
    return this.#options.config.agents[driver.agent];
  }

  async #home(driver: Driver): Promise<string> {
    const home = join(this.#options.homesDir, driver.agent);
    await mkdir(home, { recursive: true, mode: 0o700 });
    return home;
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
