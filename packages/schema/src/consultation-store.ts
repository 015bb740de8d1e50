// What the store keeps of consultations.

import type { ConsultSummary } from './consultation.ts';
import type { ConsultationId } from './ids.ts';

/** A consultation as the store keeps it: what is searched by and shown in lists, and the rest as JSON. */
export interface ConsultationRow {
  readonly summary: ConsultSummary;
  /** The request with this key made it; `fingerprint` tells whether another one with it is the same. */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string };
  /** What happened in it, as the package that runs it writes it. */
  readonly record: string;
}

/** What has to be kept of consultations; a part of each store. */
export interface ConsultationStore {
  /** Newest first. */
  consultations(limit: number): Promise<readonly ConsultSummary[]>;
  consultation(id: ConsultationId): Promise<ConsultationRow | undefined>;
  /** The one that was made with this idempotency key. */
  consultationByKey(key: string): Promise<ConsultationRow | undefined>;
  /** Those that run, oldest first. */
  runningConsultations(): Promise<readonly ConsultationRow[]>;
  /** Durable when it resolves; never reorders. */
  putConsultation(row: ConsultationRow): Promise<void>;
  deleteConsultation(id: ConsultationId): Promise<void>;
  /** Those that ended before a time, in milliseconds since the epoch, with their idempotency keys. */
  forgetConsultations(before: number): Promise<void>;
}
