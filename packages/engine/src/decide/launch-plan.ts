// The plan of a turn's start, as the thing that a decision holds for: whoever says yes to one plan has not said yes to another.

import { redact, shownOptions } from '@parley/schema';
import type { Session } from '@parley/schema';
import { hashOf } from '../requests/hash.ts';

/** What of a session says nothing about what is launched. Everything else counts, also what is added to sessions later. */
const circumstances = [
  'id',
  'title',
  'origin',
  'threadId',
  'threadTotal',
  'answered',
  'timeoutMs',
  'idleMs',
  'state',
  'activeTurnId',
  'queue',
  'pendingApprovals',
  'usage',
  'head',
  'limits',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Session)[];

/** What a session is launched with. */
export function settingsOf(session: Session): Readonly<Record<string, unknown>> {
  const settings: Record<string, unknown> = { ...session };
  for (const name of circumstances) delete settings[name];
  return settings;
}

/** `environment`: a hash of what surrounds the agent, as `Agents.environmentOf` tells it. */
export function planHashOf(session: Session, text: string, environment: string): string {
  return hashOf({ plan: settingsOf(session), text, environment });
}

/** Characters of the prompt that a person is shown. */
const shownCharacters = 2000;

/** The plan for the person who decides, as JSON text, which is kept with the question: what may be secret in its options is not in it. */
export function planView(session: Session, text: string): string {
  const { agent, mode, cwd, addedFolders, policy, model, profile, effort, variant, personality, modelUrl, options } =
    session;
  const rest = text.length - shownCharacters;
  const prompt = rest > 0 ? `${text.slice(0, shownCharacters)}… (${rest} more characters)` : text;
  const plan = {
    agent,
    mode,
    folder: cwd,
    addedFolders,
    policy,
    model,
    profile,
    effort,
    variant,
    personality,
    modelUrl: modelUrl && redact(modelUrl),
    options: options && shownOptions(options),
  };
  return JSON.stringify({ ...plan, prompt }, undefined, 2);
}
