// The temporary Parley of a `createAgent`: opened for the first run or conversation, gone with the last.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placesOf } from '@parley/client/node';
import type { AgentConfig, Config, CreateSession, SessionConfig } from '@parley/schema';
import type { AgentOptions, RunSettings } from './agent.ts';
import { Leash } from './leash.ts';
import { configOf, openParley } from './parley.ts';
import type { Parley } from './parley.ts';

export class Workshop {
  readonly #options: AgentOptions;
  readonly #config: Config;
  /** Of requests with an environment of their own: each is a profile for one session. */
  readonly #profiles: Record<string, SessionConfig>;
  #inside = 0;
  #profileCount = 0;
  #parley: Promise<Parley> | undefined;
  #closing: Promise<void> = Promise.resolve();
  #leash: Leash | undefined;
  #stateDir = '';

  /** Throws `config_invalid`. */
  constructor(options: AgentOptions) {
    this.#options = options;
    const config = configOf(options.config ?? {});
    const agent = config.agents[options.agent] ?? configOf({ agents: { [options.agent]: {} } }).agents[options.agent];
    this.#profiles = { ...agent?.profiles };
    const agents: Record<string, AgentConfig> = { ...config.agents };
    if (agent !== undefined) agents[options.agent] = { ...agent, profiles: this.#profiles };
    // Who writes the program is the operator: a policy is allowed by being named.
    this.#config = { ...config, agents, policy: { ...config.policy, full: ['/'] } };
  }

  /** Come in: opens it when nobody is inside. Each `enter` needs one `leave`. */
  async enter(): Promise<Parley> {
    this.#inside += 1;
    this.#parley ??= this.#closing.then(() => this.#open());
    try {
      return await this.#parley;
    } catch (error) {
      this.#parley = undefined;
      this.#inside -= 1;
      throw error;
    }
  }

  /** The last one to leave takes everything down: processes, temporary folder, leash. */
  async leave(): Promise<void> {
    this.#inside -= 1;
    if (this.#inside > 0 || this.#parley === undefined) return;
    const parley = await this.#parley;
    this.#parley = undefined;
    this.#closing = this.#close(parley);
    await this.#closing;
  }

  sessionOf(settings: RunSettings & { readonly threadId?: string }): CreateSession {
    const { cwd = process.cwd(), policy = 'edit', model, modelUrl, mode, effort, variant, personality } = settings;
    const { addedFolders, threadId } = settings;
    const profile = this.#profileOf(settings);
    return {
      agent: this.#options.agent,
      cwd,
      policy,
      ...(model === undefined ? {} : { model }),
      ...(modelUrl === undefined ? {} : { modelUrl }),
      ...(mode === undefined ? {} : { mode }),
      ...(effort === undefined ? {} : { effort }),
      ...(variant === undefined ? {} : { variant }),
      ...(personality === undefined ? {} : { personality }),
      ...(addedFolders === undefined ? {} : { addedFolders }),
      ...(threadId === undefined ? {} : { threadId }),
      ...(profile === undefined ? {} : { profile }),
    };
  }

  /** The request's profile, with the request's environment over it. */
  #profileOf({ profile, env = {} }: RunSettings): string | undefined {
    const entries = Object.entries(env);
    if (entries.length === 0) return profile;
    const base = profile === undefined ? undefined : this.#profiles[profile];
    if (profile !== undefined && base === undefined) return profile; // It is not there, and saying so is the engine's business.
    const set = entries.filter((entry): entry is [string, string] => entry[1] !== null);
    const unset = entries.filter(([, value]) => value === null).map(([name]) => name);
    const name = `request-${++this.#profileCount}`;
    this.#profiles[name] = {
      added_folders: [],
      args: [],
      ...base,
      env: Object.fromEntries([...Object.entries(base?.env ?? {}).filter(([key]) => !unset.includes(key)), ...set]),
      unset: [...(base?.unset ?? []), ...unset],
    };
    return name;
  }

  async #open(): Promise<Parley> {
    this.#stateDir = await mkdtemp(join(tmpdir(), 'parley-agent-'));
    try {
      this.#leash = await Leash.tie(this.#stateDir, process.env);
      // What agents remember of conversations is theirs and stays, in rehearsal too: a later request may go on with one.
      const homesDir = join(placesOf(process.env).stateDir, 'homes');
      return await openParley({ stateDir: this.#stateDir, config: this.#config, homesDir }, process.env);
    } catch (error) {
      await this.#clean();
      throw error;
    }
  }

  async #close(parley: Parley): Promise<void> {
    await parley.close('end');
    for (const name of Object.keys(this.#profiles)) if (name.startsWith('request-')) delete this.#profiles[name];
    await this.#clean();
  }

  async #clean(): Promise<void> {
    await rm(this.#stateDir, { recursive: true, force: true });
    await this.#leash?.untie();
    this.#leash = undefined;
  }
}
