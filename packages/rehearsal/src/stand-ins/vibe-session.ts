// The session log of the Vibe stand-in: a folder for each run, as Mistral Vibe 2.18.4 leaves it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface VibeMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | null;
  readonly [key: string]: unknown;
}

export interface VibeStats {
  readonly steps: number;
  readonly prompt: number;
  readonly completion: number;
}

/** Dollars for a million tokens. */
export const prices = { input: 0.4, output: 2 } as const;

export function costOf({ prompt, completion }: VibeStats): number {
  return (prompt * prices.input + completion * prices.output) / 1_000_000;
}

export class VibeSessions {
  readonly folder: string;

  constructor(home: string) {
    this.folder = join(home, 'logs', 'session');
  }

  /** The messages of a session; only the first 8 characters of an id count. */
  resume(id: string): readonly VibeMessage[] | undefined {
    const found = this.#names().findLast((name) => name.endsWith(`_${id.slice(0, 8)}`));
    return found === undefined ? undefined : this.#read(found);
  }

  /** The newest session of a folder. */
  latest(cwd: string): readonly VibeMessage[] | undefined {
    const found = this.#names().findLast((name) => {
      const meta: unknown = JSON.parse(readFileSync(join(this.folder, name, 'meta.json'), 'utf8'));
      return JSON.stringify(meta).includes(JSON.stringify({ working_directory: cwd }));
    });
    return found === undefined ? undefined : this.#read(found);
  }

  /** Each run is a session of its own, also one that resumes another. */
  save(run: {
    readonly messages: readonly VibeMessage[];
    readonly stats: VibeStats;
    readonly cwd: string;
    readonly model: string;
    readonly agent: string;
    readonly startedAt: Date;
  }): string {
    const kept = run.messages.filter(({ role }) => role !== 'system');
    const hex = createHash('sha256')
      .update(`${this.#names().length} ${JSON.stringify(kept)}`)
      .digest('hex');
    const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    const stamp = run.startedAt.toISOString().replace(/[-:]/g, '').replace('T', '_').slice(0, 15);
    const folder = join(this.folder, `session_${stamp}_${hex.slice(0, 8)}`);
    mkdirSync(folder, { recursive: true });
    const lines = kept.map((message) =>
      JSON.stringify(Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null))),
    );
    writeFileSync(join(folder, 'messages.jsonl'), lines.map((line) => `${line}\n`).join(''));
    const { prompt, completion, steps } = run.stats;
    const meta = {
      session_id: id,
      parent_session_id: null,
      start_time: run.startedAt.toISOString(),
      end_time: new Date().toISOString(),
      git_commit: null,
      git_branch: null,
      username: 'user',
      environment: { working_directory: run.cwd },
      title: kept.find(({ role }) => role === 'user')?.content?.slice(0, 50) ?? 'Untitled session',
      total_messages: kept.length,
      stats: {
        steps,
        session_prompt_tokens: prompt,
        session_completion_tokens: completion,
        context_tokens: prompt + completion,
        input_price_per_million: prices.input,
        output_price_per_million: prices.output,
        session_total_llm_tokens: prompt + completion,
        session_cost: costOf(run.stats),
      },
      config: { active_model: run.model },
      agent_profile: { name: run.agent, overrides: {} },
      tools_available: [],
      system_prompt: null,
    };
    writeFileSync(join(folder, 'meta.json'), JSON.stringify(meta, undefined, 2));
    return id;
  }

  /** By their age: the name begins with the time. */
  #names(): readonly string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter((name) => name.startsWith('session_'))
      .toSorted();
  }

  #read(name: string): readonly VibeMessage[] {
    const lines = readFileSync(join(this.folder, name, 'messages.jsonl'), 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as VibeMessage);
  }
}
