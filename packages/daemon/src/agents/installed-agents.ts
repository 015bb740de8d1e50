// The agents of this machine: found, described, and made ready to start. Fills the engine's `Agents` interface.

import { realpath } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { driverOf, drivers, driversOf, usualDrivers } from '@parley/drivers';
import { chatPlaceOf, modelsOf, resolveModel } from '@parley/models';
import type { ModelFacts } from '@parley/models';
import { ParleyError } from '@parley/schema';
import type {
  AgentBackend,
  AgentConfig,
  AgentModels,
  AgentName,
  AgentOptions,
  AgentView,
  Config,
  CreateSession,
  Detected,
  Driver,
  FindModels,
  InstallPlan,
  McpChoice,
  ModelPage,
  RunId,
  Session,
  SessionConfig,
} from '@parley/schema';
import { conversationOf } from '@parley/engine';
import type { Agents, PreparedRun, SessionDefaults } from '@parley/engine';
import { loadProject, stricter } from '../config/load.ts';
import { absentAgent } from './absent-agent.ts';
import { modelFactsOf, readSettings } from './agent-models.ts';
import { checkOptions, driverWith } from './agent-options.ts';
import { driverToInstall } from './driver-to-install.ts';
import { backendOf, endpointOf, rehearsalUrlOf } from './endpoint.ts';
import type { EndpointFacts } from './endpoint.ts';
import { childEnvironment } from './environment.ts';
import { FirstStarts } from './first-starts.ts';
import { checkFullPolicy } from './full-policy.ts';
import { homeOf, makeHome, writeHomeFiles } from './homes.ts';
import { installAgent, versionFor, fromNpm } from './install.ts';
import { planInstallation } from './install-plan.ts';
import { mcpChoiceOf } from './mcp-choice.ts';
import { installationsOf, installFolder, programsIn } from './installations.ts';
import { installedBy } from './installed-by.ts';
import { ChatReader } from './read-chats.ts';
import { profileOf, settingsOf, wishesOf } from './session-settings.ts';
import { hashOfSurroundings } from './surroundings.ts';
import { troubledView } from './troubled-view.ts';

export interface InstalledAgentsOptions {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Where Parley installs agents. */
  readonly agentsDir: string;
  /** Homes of agents in rehearsal, so that the user's own history stays clean. */
  readonly homesDir: string;
  /** Where each run has a folder of its own; absent where nothing is ever started. */
  readonly runsDir?: string;
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
  readonly #chats = new ChatReader();
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
      this.#shown().map((each) => this.view(each).catch((error: unknown) => troubledView(each, error))),
    );
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
    const { path, dialect, installed } = detected;
    const { agentsDir } = this.#options;
    const by = installed && path !== undefined ? await installedBy({ agent, dialect, path, agentsDir }) : undefined;
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
      options: Object.fromEntries(modes.map((each) => [each.mode, each.options ?? []])),
      ...(by === undefined ? {} : { installedBy: by }),
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
    const modes = driversOf(agent, detected.dialect);
    const usual = driverOf(agent, input.mode ?? profile.mode, detected.dialect);
    const driver =
      input.options === undefined || input.mode !== undefined ? usual : driverWith(input.options, usual, modes);
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
    const policy = input.policy ?? (project.policy === undefined ? usersPolicy : stricter(usersPolicy, project.policy));
    const settings = await settingsOf(input, profile, this.#options.config.deadlines);
    const { options, addedFolders = [] } = settings;
    if (options !== undefined) {
      checkOptions(options, { policy, cwd: input.cwd, addedFolders }, driver, modes);
      await this.#mcpChoice(options, driver, profile, input.cwd, backend.kind === 'rehearsal');
    }
    return {
      backend,
      mode: driver.mode,
      policy,
      ...(model === undefined ? {} : { model }),
      ...settings,
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
    const agentHome = rehearsing ? await makeHome(this.#options.homesDir, driver.agent) : undefined;
    const rehearsalUrl = rehearsing ? rehearsalUrlOf(await this.#options.rehearsal(), driver.wire) : undefined;
    const { endpoint, key } = endpointOf(
      this.#facts(driver, detected),
      session.backend,
      session.modelUrl,
      rehearsalUrl,
    );
    const { options } = session;
    // The policy, the program and its configuration may have changed since the session was made.
    const modes = driversOf(driver.agent, detected.dialect);
    if (options !== undefined) checkOptions(options, { ...session, cwd }, driver, modes);
    const mcp = options && (await this.#mcpChoice(options, driver, profile, cwd, rehearsing));
    const plan = driver.launch({
      runId: run.runId,
      ...(driver.promptInArgv === true ? { prompt: run.prompt } : {}),
      executable: detected.path,
      cwd,
      policy: session.policy,
      ...wishesOf(session),
      ...conversationOf(session),
      ...(detected.dialect === undefined ? {} : { dialect: detected.dialect }),
      ...(detected.version === undefined ? {} : { version: detected.version }),
      ...(profile.provider_profile === undefined ? {} : { providerProfile: profile.provider_profile }),
      ...(mcp === undefined ? {} : { mcp }),
      filesFolder: join(this.#options.runsDir ?? '', run.runId, 'files'),
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
    const { argv, files } = plan;
    return { request: { argv, cwd: plan.cwd, env, ...(files === undefined ? {} : { files }) }, limits: plan.limits };
  }

  async environmentOf(session: Session): Promise<string> {
    const driver = driverOf(session.agent, session.mode);
    const config = this.#config(driver.agent);
    const profile = profileOf(driver.agent, config, session.profile);
    const detected = await this.#require(driver, profile);
    const { backend, modelUrl } = session;
    const endpoint = endpointOf(this.#facts(driver, detected), backend, modelUrl, undefined);
    const env = this.#environment(driver, profile, endpoint.key);
    const settings = await readSettings(this.#modelFacts(driver, detected, profile, backend.kind));
    return hashOfSurroundings({ detected, endpoint, config, profile, env, settings, session });
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
    const place = chatPlaceOf(agent, facts.env);
    const [settings, chats] = await Promise.all([
      readSettings(facts),
      place === undefined ? [] : this.#chats.read(place),
    ]);
    return modelsOf({ ...facts, settings, chats });
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

  forking(): readonly AgentName[] {
    return [...new Set(drivers.filter(({ capabilities }) => capabilities.fork).map(({ agent }) => agent))];
  }

  checkPolicy(session: Pick<Session, 'policy' | 'cwd'>): void {
    checkFullPolicy(this.#options.config.policy.full, session);
  }

  async #require(driver: Driver, profile: SessionConfig): Promise<Detected & { readonly path: string }> {
    const detected = await this.#detect(driver, profile);
    const { installed, path, problem } = detected;
    if (installed && path !== undefined) return { ...detected, path };
    throw absentAgent(driver, problem, this.#options.config.agents);
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
  #environment(
    driver: Driver,
    settings: Settings,
    key = this.#options.env[driver.keyEnv],
  ): Readonly<Record<string, string>> {
    const { env, config } = this.#options;
    return childEnvironment(env, { driver, drivers, agents: config.agents, settings, plan: { env: {} }, key });
  }

  #mcpChoice(
    options: AgentOptions,
    driver: Driver,
    profile: SessionConfig,
    cwd: string,
    rehearsing: boolean,
  ): Promise<McpChoice | undefined> {
    const env = this.#environment(driver, profile);
    const home = rehearsing ? { agentHome: homeOf(this.#options.homesDir, driver.agent) } : {};
    return mcpChoiceOf(options, driver, { env, cwd, ...home });
  }

  #facts(driver: Driver, detected: Detected): EndpointFacts {
    return { driver, config: this.#config(driver.agent), detected, env: this.#options.env };
  }

  #config(agent: AgentName): AgentConfig | undefined {
    return this.#options.config.agents[agent];
  }
}
