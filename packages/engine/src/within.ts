// Waits with an end.

import { ParleyError } from '@parley/schema';

/** The work's result, or `start_timeout` after `ms` milliseconds. */
export async function within<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => limit.reject(new ParleyError('start_timeout', `The agent did not start within ${ms / 1000} s.`)),
    ms,
  );
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The work's result, or `late` after `ms` milliseconds. */
export async function inTime<Result, Late>(work: Promise<Result>, ms: number, late: Late): Promise<Result | Late> {
  const limit = Promise.withResolvers<Late>();
  const timer = setTimeout(() => limit.resolve(late), ms);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
