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

const GOOGLE: Readonly<Record<number, Words>> = {
  400: { type: 'INVALID_ARGUMENT', message: 'Request contains an invalid argument (rehearsed).' },
  401: { type: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials (rehearsed).' },
  403: { type: 'PERMISSION_DENIED', message: 'The caller does not have permission (rehearsed).' },
  404: { type: 'NOT_FOUND', message: 'The model is not found (rehearsed).' },
  429: {
    type: 'RESOURCE_EXHAUSTED',
    message: 'You exceeded your current quota (rehearsed).',
  },
  500: { type: 'INTERNAL', message: 'An internal error has occurred (rehearsed).' },
  503: { type: 'UNAVAILABLE', message: 'The model is overloaded. Please try again later (rehearsed).' },
  504: { type: 'DEADLINE_EXCEEDED', message: 'Deadline expired before the operation could complete (rehearsed).' },
};

/** Google says when to try again in the body, not only in a header. */
export function googleError(failure: Failure): object {
  const { type, code, message } = wordsFor(GOOGLE, failure);
  const details = [
    ...(code === undefined
      ? []
      : [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code, domain: 'googleapis.com' }]),
    ...(failure.retryAfter === undefined
      ? []
      : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${failure.retryAfter}s` }]),
  ];
  return { error: { code: failure.status, message, status: type, ...(details.length > 0 && { details }) } };
}
