// Estimates token numbers, so that meters have something plausible and repeatable to count. Four characters are a token.
import type { Conversation, Entry } from './conversation.ts';
import type { UsageNumbers } from './reply.ts';

const CHARACTERS_PER_TOKEN = 4;

export function tokensOf(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/** All that stood in the request before the model's last answer counts as read from a cache, as with a real prompt cache. */
export function inputUsage(conversation: Conversation, requestBytes: number): UsageNumbers {
  const input = tokensOf(requestBytes);
  const lastAnswer = conversation.entries.findLastIndex(({ kind }) => kind === 'answer' || kind === 'call');
  const fresh = conversation.entries.slice(lastAnswer + 1).reduce((sum, entry) => sum + sizeOf(entry), 0);
  const cached = lastAnswer === -1 ? 0 : Math.max(0, input - tokensOf(fresh));
  return { input, cached, cacheWrite: 0, output: 0, reasoning: 0 };
}

function sizeOf(entry: Entry): number {
  return 'text' in entry ? entry.text.length : 0;
}
