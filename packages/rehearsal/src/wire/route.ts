// Which wire format a request speaks, and whether it wants an answer or a count of tokens.
import type { Dialect } from '../conversation.ts';

export interface Route {
  readonly wants: 'answer' | 'count';
  readonly dialect: Dialect;
}

const FIXED: Readonly<Record<string, Route>> = {
  '/v1/responses': { wants: 'answer', dialect: 'responses' },
  '/v1/chat/completions': { wants: 'answer', dialect: 'chat' },
  '/v1/messages': { wants: 'answer', dialect: 'messages' },
  '/v1/messages/count_tokens': { wants: 'count', dialect: 'messages' },
};

// Google's SDK asks for v1beta; v1 and v1alpha take the same methods.
const GEMINI = /^\/v1(?:beta|alpha)?\/models\/[^/]+:(generateContent|streamGenerateContent|countTokens)$/;

/** `url` is the path with its query. */
export function routeOf(method: string | undefined, url: string): Route | undefined {
  const [path = '', query] = url.split('?', 2);
  if (method !== 'POST') return undefined;
  const asked = GEMINI.exec(path)?.[1];
  if (asked === undefined) return FIXED[path];
  // Without `alt=sse` the vendor streams one long JSON array, which no agent asks for.
  if (asked === 'streamGenerateContent' && new URLSearchParams(query).get('alt') !== 'sse') return undefined;
  return { wants: asked === 'countTokens' ? 'count' : 'answer', dialect: 'gemini' };
}

/** Whose words to refuse a request in when the path leads nowhere. */
export function dialectOf(path: string, headers: Readonly<Record<string, unknown>>): Dialect {
  if (path.startsWith('/v1beta/') || headers['x-goog-api-key'] !== undefined) return 'gemini';
  return headers['anthropic-version'] === undefined ? 'responses' : 'messages';
}
