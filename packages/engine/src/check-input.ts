// What callers give, looked at before anything is made of it.

import { realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { maxPromptBytes, ParleyError } from '@parley/schema';
import type { Session, UpdateSession } from '@parley/schema';
import type { Agents } from './agents.ts';

/** The folder's real path. Throws `folder_missing`. */
export async function existingFolder(cwd: string): Promise<string> {
  if (!isAbsolute(cwd))
    throw new ParleyError('folder_missing', `The folder "${cwd}" is not an absolute path.`, { cwd });
  const found = await stat(cwd).catch(() => undefined);
  if (found === undefined) throw new ParleyError('folder_missing', `The folder "${cwd}" does not exist.`, { cwd });
  if (!found.isDirectory()) throw new ParleyError('folder_missing', `"${cwd}" is not a folder.`, { cwd });
  return realpath(cwd); // What a policy allows for a folder must not lead elsewhere by a link.
}

/** Throws `empty_prompt`, `prompt_too_large`, `invalid_request`. */
export function checkPrompt(text: string): void {
  if (text.trim() === '') throw new ParleyError('empty_prompt', 'The prompt is empty.');
  const bytes = Buffer.byteLength(text);
  if (bytes > maxPromptBytes) {
    throw new ParleyError('prompt_too_large', `The prompt has ${bytes} bytes; at most ${maxPromptBytes} are taken.`);
  }
  if (text.includes('\0'))
    throw new ParleyError('invalid_request', 'The prompt holds a NUL character.', { field: 'text' });
}

/**
 * What a session may become, with the model by the name that its agent knows. Throws `policy_not_allowed`, and `invalid_request` for the model
 * `default` where nothing says which one that is.
 */
export async function checkedChange(agents: Agents, session: Session, change: UpdateSession): Promise<UpdateSession> {
  if (change.policy !== undefined) agents.checkPolicy({ policy: change.policy, cwd: session.cwd });
  if (change.model === undefined) return change;
  const model = await agents.modelName(session, change.model);
  if (model !== undefined) return { ...change, model };
  const text = `No model of ${session.agent} is configured as the usual one, and a session that has a model needs one: name it.`;
  throw new ParleyError('invalid_request', text, { field: 'model' });
}
