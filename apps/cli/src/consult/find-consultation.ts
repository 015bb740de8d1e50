// Consultations as people name them: by the whole id, or by its end or beginning where that is enough.

import { failure } from '@parley/client';
import type { Client } from '@parley/client';
import type { ConsultationId } from '@parley/schema';

const wholeId = /^con_[0-9A-Z]{26}$/;

/** As far back as a part of an id is looked for. */
const lookedAt = 500;

/** Throws `unknown_consultation` when none or more than one is meant. */
export async function findConsultation(client: Client, given: string): Promise<ConsultationId> {
  if (wholeId.test(given)) return given as ConsultationId;
  const wanted = given.toLowerCase();
  const ids = (await client.consultations({ limit: lookedAt })).map(({ id }) => id);
  const meant = ids.filter((id) => id.toLowerCase().startsWith(wanted) || id.toLowerCase().endsWith(wanted));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only;
  throw await failure(
    'unknown_consultation',
    meant.length === 0
      ? `No consultation matches "${given}".`
      : `${meant.length} consultations match "${given}": give more of the id.`,
  );
}
