// The report of one consultation, live.

import type { ConsultationId, ConsultReport, ErrorBody } from '@parley/schema';
import { useEffect, useState } from 'react';
import { client, errorOf } from '../state/daemon.ts';

export interface Followed {
  /** Undefined until it has come. */
  readonly report?: ConsultReport;
  readonly error?: ErrorBody;
}

export function useConsultation(id: ConsultationId): Followed {
  const [followed, setFollowed] = useState<Followed>({});
  useEffect(() => {
    const ended = new AbortController();
    const follow = async () => {
      try {
        for await (const report of client.followConsultation(id, { signal: ended.signal })) setFollowed({ report });
      } catch (error) {
        if (!ended.signal.aborted) setFollowed((before) => ({ ...before, error: errorOf(error) }));
      }
    };
    void follow();
    return () => ended.abort();
  }, [id]);
  return followed;
}
