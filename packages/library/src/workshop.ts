// The temporary Parley of a `createAgent`: opened for the first run or conversation, gone with the last.

import type { Config, Session, SessionConfig } from '@parley/schema';
import { configOf } from './parley.ts';
import type { Parley } from './parley.ts';
import { checkSettings, mergedSettings } from './settings.ts';
import type { RunSettings } from './settings.ts';
import { openTemporaryParley } from './temporary-parley.ts';
import type { TemporaryParley } from './temporary-parley.ts';

export interface WorkshopOptions extends RunSettings {
  readonly agent: string;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

export type PlaceRequest = RunSettings & { readonly threadId?: string | undefined };

/** A session in the workshop. */
export interface Place {
  readonly parley: Parley;
  readonly session: Session;
  readonly onApproval: RunSettings['onApproval'];
  /** Ends what runs in the session and forgets it. Once; never throws. The last to leave takes everything down. */
  readonly leave: () => Promise<void>;
}

const noEntries: SessionConfig = { added_folders: [], args: [], env: {}, unset: [], allow_env: [] };

export class Workshop {
  readonly #options: WorkshopOptions;
  readonly #settings: SessionConfig;
  readonly #profiles: Readonly<Record<string, SessionConfig>>;
  readonly #config: Config;
  /** Each session has a profile of its own, with all that was said about it: `#config` holds this very object. */
  readonly #made: Record<string, SessionConfig> = {};
  #count = 0;
  #inside = 0;
  #open: Promise<TemporaryParley> | undefined;
  #closed: Promise<void> = Promise.resolve();

  /** Throws `config_invalid`, `invalid_request`. */
  constructor(options: WorkshopOptions) {
    checkSettings(options.agent, options);
    this.#options = options;
    const { agent } = options;
    const { policy, ...rest } = options.config ?? {};
    // Who writes the program is the operator: a policy is allowed by being named.
    const config = configOf({ ...rest, policy: Object.assign({ default: 'edit' }, policy, { full: ['/'] }) });
    const entries = config.agents[agent] ?? { ...noEntries, aliases: {}, profiles: {} };
    const { profiles, aliases: _aliases, model_url: _url, model_key_env: _key, ...settings } = entries;
    this.#settings = settings;
    this.#profiles = profiles;
    // What adds up in layers is in the session's profile already.
    this.#config = {
      ...config,
      agents: { ...config.agents, [agent]: { ...entries, ...noEntries, profiles: this.#made } },
    };
  }

  /** Come in with a session. Throws what `createSession` throws, and `invalid_request`. */
  async enter(request: PlaceRequest): Promise<Place> {
    const { agent, ...options } = this.#options;
    checkSettings(agent, request);
    const merged = mergedSettings({ config: this.#settings, profiles: this.#profiles, options, request });
    const profile = `request-${++this.#count}`;
    this.#made[profile] = merged;
    const { parley } = await this.#come().catch((error: unknown) => {
      delete this.#made[profile];
      throw error;
    });
    const go = (): Promise<void> => {
      delete this.#made[profile];
      return this.#go();
    };
    try {
      const { policy } = merged;
      const { threadId, modelUrl = options.modelUrl } = request;
      const session = await parley.createSession({
        agent,
        cwd: request.cwd ?? options.cwd ?? process.cwd(),
        profile,
        ...(policy === undefined ? {} : { policy }),
        ...(modelUrl === undefined ? {} : { modelUrl }),
        ...(threadId === undefined ? {} : { threadId }),
      });
      const leave = async (): Promise<void> => {
        await parley.deleteSession(session.id).catch(() => undefined); // If it cannot, the last one to leave ends its process.
        await go();
      };
      return { parley, session, onApproval: request.onApproval ?? options.onApproval, leave };
    } catch (error) {
      await go();
      throw error;
    }
  }

  async #come(): Promise<TemporaryParley> {
    this.#inside += 1;
    const open = (this.#open ??= this.#closed.then(() => openTemporaryParley(this.#config, process.env)));
    try {
      return await open;
    } catch (error) {
      this.#inside -= 1;
      if (this.#open === open) this.#open = undefined;
      throw error;
    }
  }

  #go(): Promise<void> {
    this.#inside -= 1;
    const open = this.#open;
    if (this.#inside > 0 || open === undefined) return Promise.resolve();
    this.#open = undefined; // Whoever comes now waits for `#closed` and opens another one.
    this.#closed = open.then(({ close }) => close());
    return this.#closed;
  }
}
