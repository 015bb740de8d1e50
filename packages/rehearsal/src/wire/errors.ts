// Error bodies in each vendor's own words.
import type { Failure } from '../reply.ts';
import { newId } from './ids.ts';

interface Words {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
}

const OPENAI: Readonly<Record<number, Words>> = {
  400: { type: 'invalid_request_error', message: 'Invalid request (rehearsed).' },
  401: { type: 'invalid_request_error', code: 'invalid_api_key', message: 'Incorrect API key provided (rehearsed).' },
  403: {
    type: 'invalid_request_error',
    code: 'unsupported_country_region_territory',
    message: 'Not permitted (rehearsed).',
  },
  404: { type: 'invalid_request_error', code: 'model_not_found', message: 'The model does not exist (rehearsed).' },
  429: { type: 'requests', code: 'rate_limit_exceeded', message: 'Rate limit reached for requests (rehearsed).' },
  500: { type: 'server_error', message: 'The server had an error while processing your request (rehearsed).' },
  503: {
    type: 'service_unavailable_error',
    code: 'server_is_overloaded',
    message: 'Our servers are currently overloaded (rehearsed).',
  },
};

const ANTHROPIC: Readonly<Record<number, Words>> = {
  400: { type: 'invalid_request_error', message: 'Invalid request (rehearsed).' },
  401: { type: 'authentication_error', message: 'invalid x-api-key (rehearsed)' },
  403: {
    type: 'permission_error',
    message: 'Your API key does not have permission to use the specified resource (rehearsed).',
  },
  404: { type: 'not_found_error', message: 'model not found (rehearsed)' },
  413: { type: 'request_too_large', message: 'Request exceeds the maximum size (rehearsed).' },
  429: { type: 'rate_limit_error', message: 'This request would exceed your rate limit (rehearsed).' },
  500: { type: 'api_error', message: 'Internal server error (rehearsed)' },
  529: { type: 'overloaded_error', message: 'Overloaded (rehearsed)' },
};

function wordsFor(table: Readonly<Record<number, Words>>, failure: Failure): Words {
  const usual = table[failure.status] ?? table[failure.status < 500 ? 400 : 500] ?? { type: 'error', message: 'error' };
  const code = failure.code ?? usual.code;
  return {
    type: failure.type ?? usual.type,
    message: failure.message ?? usual.message,
    ...(code !== undefined && { code }),
  };
}

export function openaiError(failure: Failure): {
  readonly error: { message: string; type: string; param: null; code: string | null };
} {
  const { type, code, message } = wordsFor(OPENAI, failure);
  return { error: { message, type, param: null, code: code ?? null } };
}

export function anthropicError(failure: Failure): object {
  const { type, message } = wordsFor(ANTHROPIC, failure);
  return { type: 'error', error: { type, message }, request_id: newId('req') };
}
