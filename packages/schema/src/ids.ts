// Identifiers: a prefix that names the thing, then 26 characters of Crockford base 32 (48 bits of time, 80 of chance),
// so that ids sort by their time of creation and never need a round trip to the store.

import { z } from 'zod';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type SessionId = Branded<'session'>;
export type TurnId = Branded<'turn'>;
export type ItemId = Branded<'item'>;
export type ApprovalId = Branded<'approval'>;
export type RunId = Branded<'run'>;
export type ConsultationId = Branded<'consultation'>;
export type RequestApprovalId = Branded<'requestApproval'>;

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const prefixes = {
  session: 'ses',
  turn: 'trn',
  item: 'itm',
  approval: 'apr',
  run: 'run',
  consultation: 'con',
  requestApproval: 'rqa',
} as const;

type IdOf = {
  session: SessionId;
  turn: TurnId;
  item: ItemId;
  approval: ApprovalId;
  run: RunId;
  consultation: ConsultationId;
  requestApproval: RequestApprovalId;
};

/** A new id of a kind, for example `ses_01KAJ5…`. `now` is in milliseconds since the epoch. */
export function newId<Kind extends keyof IdOf>(kind: Kind, now: number = Date.now()): IdOf[Kind] {
  let time = '';
  for (let rest = now, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = alphabet.charAt(rest % 32) + time;
  let chance = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) chance += alphabet.charAt(byte % 32);
  return `${prefixes[kind]}_${time}${chance}` as IdOf[Kind];
}

/** The n-th item of a run. Drivers number their items so, because their ids must come out the same when a run is replayed. */
export function itemIdOf(runId: RunId, n: number): ItemId {
  return `itm_${runId.slice(4)}.${n}` as ItemId;
}

/** The n-th approval of a run. */
export function approvalIdOf(runId: RunId, n: number): ApprovalId {
  return `apr_${runId.slice(4)}.${n}` as ApprovalId;
}

const idOf = <Kind extends keyof IdOf>(kind: Kind): z.ZodType<IdOf[Kind]> =>
  z.string().regex(new RegExp(`^${prefixes[kind]}_[0-9A-Za-z_.-]{1,80}$`)) as unknown as z.ZodType<IdOf[Kind]>;

export const SessionIdSchema = idOf('session');
export const TurnIdSchema = idOf('turn');
export const ItemIdSchema = idOf('item');
export const ApprovalIdSchema = idOf('approval');
export const RunIdSchema = idOf('run');
export const ConsultationIdSchema = idOf('consultation');
export const RequestApprovalIdSchema = idOf('requestApproval');
