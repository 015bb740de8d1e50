// The agents of this machine: found, described, and made ready to start. Fills the engine's `Agents` interface.

import { realpathSync } from 'node:fs';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { driverOf, drivers, driversOf, usualDrivers } from '@parley/drivers';
import { modelsOf, resolveModel } from '@parley/models';
import type { ModelFacts } from '@parley/models';
import { ParleyError } from '@parley/schema';
import type {
  AgentBackend,
  AgentConfig,
  AgentModels,
  AgentName,
  AgentView,
  Config,
  CreateSession,
  Detected,
  Driver,
  FindModels,
  InstallPlan,
  LaunchPlan,
  ModelPage,
  ModelWire,
  RunId,
  Session,
  SessionConfig,
} from '@parley/schema';
import type { Agents, PreparedRun, SessionDefaults } from '@parley/engine';
import { loadProject, stricter } from '../config/load.ts';
import { modelFactsOf, readSettings } from './agent-models.ts';
import { backendOf, endpointOf } from './endpoint.ts';
import type { EndpointFacts } from './endpoint.ts';
import { childEnvironment } from './environment.ts';
import { FirstStarts } from './first-starts.ts';
import { installAgent, versionFor, fromNpm } from './install.ts';
import { planInstallation } from './install-plan.ts';
import { installationsOf, installFolder, programsIn } from './installations.ts';
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

/** What of the configuration says where an agent's program and its login are. */
type Settings = Pick<SessionConfig, 'command' | 'env' | 'unset' | 'allow_env'>;
const noSettings: Settings = { env: {}, unset: [], allow_env: [] };

export class InstalledAgents implements Agents {
  readonly #firstStarts = new FirstStarts();
  readonly #options: InstalledAgentsOptions;
  /** By agent and command. */
  readonly #detected = new Map<string, { readonly at: number; readonly found: Promise<Detected> }>();

  constructor(options: InstalledAgentsOptions) {
    this.#options = options;
  }

  driver(name: AgentName, mode?: string): Driver {
    return driverOf(name, mode);
  }

  /** What an installation would do. Throws `unknown_agent`, and as `planInstallation`. */
  async plan(name: AgentName, version?: string): Promise<InstallPlan> {
    const { agentsDir, env } = this.#options;
    const driver = driverToInstall(name);
    const command = this.#config(driver.agent)?.command;
    return planInstallation({ agentsDir, driver, view: await this.view(driver), wanted: version, command, env });
  }

  /**
   * Make ready to install an agent's wanted or proven version; what is given back does it. Throws before anything happens
   * `unknown_agent`, and `invalid_request` for an agent or a version that npm does not have.
   */
  async installer(name: AgentName, wanted?: string): Promise<(tell: (text: string) => void) => Promise<void>> {
    const { agentsDir, env } = this.#options;
    const driver = fromNpm(driverToInstall(name));
    const version = await versionFor(driver, wanted, env);
    return async (tell) => {
      await installAgent(agentsDir, driver, env, tell, version);
      this.forget(driver.agent);
    };
  }

  /** Forget what was found, after an installation. */
  forget(name: AgentName): void {
    for (const key of this.#detected.keys()) if (key.startsWith(`${name} `)) this.#detected.delete(key);
  }

  views(): Promise<readonly AgentView[]> {
    return Promise.all(
      this.#shown().map((each) => this.view(each).catch((error: unknown) => this.#troubled(each, error))),
    );
  }

  /** An agent whose entries of the configuration make no sense: the others are none the worse for it. */
  #troubled(driver: Driver, error: unknown): AgentView {
    const { agent: name, title, provenVersion, capabilities, mode, loginHint } = driver;
    const problem = `agents.${name} of the configuration: ${error instanceof Error ? error.message : String(error)}`;
    const backend = { kind: 'rehearsal', detail: '' } as const;
    return { name, title, installed: false, provenVersion, backend, modes: [mode], capabilities, loginHint, problem };
  }

  /** All agents, those of the configuration that speak ACP among them. */
  #shown(): readonly Driver[] {
    const configured = Object.keys(this.#options.config.agents).filter((name) => name.startsWith('acp:'));
    return [...usualDrivers, ...configured.map((name) => driverOf(name))];
  }

  async view({ agent }: Driver): Promise<AgentView> {
    const detected = await this.#detect(driverOf(agent));
    const modes = driversOf(agent, detected.dialect);
    const driver = driverOf(agent, this.#config(agent)?.mode, detected.dialect);
    const { agent: name, title, provenVersion, capabilities, installHint, loginHint } = driver;
    const { npmPackage, provenVersion: installs } = driverToInstall(agent);
    return {
      name,
      title,
      installed: detected.installed,
      ...(detected.path === undefined ? {} : { path: detected.path }),
      ...(detected.version === undefined ? {} : { version: detected.version }),
      ...(detected.dialect === undefined ? {} : { dialect: detected.dialect }),
      provenVersion,
      backend: backendOf(this.#facts(driver, detected), undefined),
      ...(detected.login === undefined ? {} : { login: detected.login }),
      modes: [...new Set([driver.mode, ...modes.map(({ mode }) => mode)])],
      capabilities,
      ...(npmPackage === undefined ? {} : { installable: { package: npmPackage, version: installs } }),
      ...(installHint === undefined ? {} : { installHint }),
      loginHint,
      ...(detected.problem === undefined ? {} : { problem: detected.problem }),
    };
  }

  async defaults(input: CreateSession): Promise<SessionDefaults> {
    const { agent } = driverOf(input.agent);
    const profile = profileOf(agent, this.#config(agent), input.profile);
    const detected = await this.#require(driverOf(agent), profile);
    const driver = driverOf(agent, input.mode ?? profile.mode, detected.dialect);
    if (driver.dialect !== undefined && detected.dialect === undefined) {
      throw new ParleyError(
        'agent_not_installed',
        detected.problem ?? `${detected.path ?? agent} is no ${driver.title} that Parley knows.`,
        { path: detected.path },
      );
    }
    const backend = backendOf(this.#facts(driver, detected), input.modelUrl);
    const project = await loadProject(input.cwd);
    const usersPolicy = profile.policy ?? this.#options.config.policy.default;
    const wanted = input.model ?? (input.profile === undefined ? project.models[agent] : undefined) ?? profile.model;
    const model = this.#modelName(driver, detected, profile, backend.kind, wanted ?? 'default');
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
    const detected = await this.#require(driver, profile);
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
      executable: detected.path,
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
    const env = childEnvironment(this.#options.env, {
      driver,
      drivers,
      agents: this.#options.config.agents,
      settings: profile,
      plan,
      key,
    });
    await this.#firstStarts.wait(plan, env);
    return { request: { argv: plan.argv, cwd: plan.cwd, env }, limits: plan.limits };
  }

  async modelName(session: Session, wanted: string): Promise<string | undefined> {
    const driver = driverOf(session.agent, session.mode);
    const profile = profileOf(driver.agent, this.#config(driver.agent), session.profile);
    const detected = await this.#detect(driver, profile);
    return this.#modelName(driver, detected, profile, session.backend.kind, wanted);
  }

  /** The models of one agent or of all, and what a name becomes in a new session of that one. Throws `unknown_agent`, `invalid_request`. */
  async models({ agent, name }: FindModels = {}): Promise<ModelPage> {
    if (agent === undefined) {
      if (name !== undefined)
        throw new ParleyError('invalid_request', 'A name means something to an agent only: which?', { field: 'agent' });
      return { agents: await Promise.all(this.#shown().map((driver) => this.#modelsOf(driver))) };
    }
    const models = await this.#modelsOf(driverOf(agent));
    return { agents: [models], ...(name === undefined ? {} : { resolution: resolveModel(models, name) }) };
  }

  async #modelsOf({ agent }: Driver): Promise<AgentModels> {
    const detected = await this.#detect(driverOf(agent));
    const driver = driverOf(agent, this.#config(agent)?.mode, detected.dialect);
    const backend = backendOf(this.#facts(driver, detected), undefined).kind;
    const facts = this.#modelFacts(driver, detected, this.#config(agent) ?? noSettings, backend);
    return modelsOf({ ...facts, settings: await readSettings(facts) });
  }

  #modelName(
    driver: Driver,
    detected: Detected,
    profile: SessionConfig,
    backend: AgentBackend['kind'],
    wanted: string,
  ): string | undefined {
    return resolveModel(modelsOf(this.#modelFacts(driver, detected, profile, backend)), wanted).model;
  }

  #modelFacts(
    driver: Driver,
    detected: Detected,
    profile: Settings & Pick<SessionConfig, 'model'>,
    backend: AgentBackend['kind'],
  ): ModelFacts {
    const env = this.#environment(driver, profile);
    return modelFactsOf({ driver, detected, backend, config: this.#config(driver.agent), profile, env });
  }

  checkPolicy({ policy, cwd }: Pick<Session, 'policy' | 'cwd'>): void {
    if (policy !== 'full') return;
    const allowed = this.#options.config.policy.full.some((folder) => {
      const way = relative(realFolder(folder), cwd);
      return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !way.startsWith(sep));
    });
    if (!allowed) throw new ParleyError('policy_not_allowed', `The policy "full" is not allowed in ${cwd}.`, { cwd });
  }

  async #require(driver: Driver, profile: SessionConfig): Promise<Detected & { readonly path: string }> {
    const detected = await this.#detect(driver, profile);
    const { installed, path, problem } = detected;
    if (installed && path !== undefined) return { ...detected, path };
    const { agent, installHint } = driver;
    throw new ParleyError('agent_not_installed', problem ?? `${driver.title} is not installed.`, {
      install: driverToInstall(agent).npmPackage === undefined ? installHint : `parley agents install ${agent}`,
    });
  }

  /**
   * The one rule of where an agent's program is, for showing and for starting it (what is found here is started by its absolute path):
   * the configured command, else Parley's own installation, else PATH. An entry of PATH that is not absolute does not count: what it
   * means would depend on the folder.
   */
  #detect(driver: Driver, settings: Settings = this.#config(driver.agent) ?? noSettings): Promise<Detected> {
    const { command, env, unset, allow_env: allowed } = settings;
    // Two ways to speak to an agent may have programs of their own.
    const program = driver.detect === driverOf(driver.agent).detect ? '' : driver.mode;
    const key = `${driver.agent} ${JSON.stringify([program, command, env, unset, allowed])}`;
    const known = this.#detected.get(key);
    if (known !== undefined && Date.now() - known.at < detectionMs) return known.found;
    const found = this.#look(driver, settings);
    this.#detected.set(key, { at: Date.now(), found });
    found.then(
      ({ installed }) => installed || this.#detected.delete(key), // It may be installed any moment.
      () => this.#detected.delete(key),
    );
    return found;
  }

  async #look(driver: Driver, settings: Settings): Promise<Detected> {
    const { agentsDir } = this.#options;
    const env = this.#environment(driver, settings);
    const { current } = await installationsOf(agentsDir, driverToInstall(driver.agent));
    return driver.detect({
      searchPath: [
        ...(current === undefined ? [] : [programsIn(installFolder(agentsDir, driver, current))]),
        ...(env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder)),
      ],
      env,
      node: process.execPath,
      ...(settings.command === undefined ? {} : { command: settings.command }),
    });
  }

  /** As the agent itself will have it: its login may be elsewhere, and no other vendor's key is its business. */
  #environment(driver: Driver, settings: Settings): Readonly<Record<string, string>> {
    const { env, config } = this.#options;
    const key = env[driver.keyEnv];
    return childEnvironment(env, { driver, drivers, agents: config.agents, settings, plan: { env: {} }, key });
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

/** Of an agent's programs the first that npm has; where npm has none, the usual one. */
function driverToInstall(name: AgentName): Driver {
  return driversOf(name).find(({ npmPackage }) => npmPackage !== undefined) ?? driverOf(name);
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
