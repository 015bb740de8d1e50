// One request to an agent: starts a turn, waits for it where the caller waits, and brings what the agent asks to the caller's person.

import { isOpen } from '@parley/schema';
import type { Approval, ApprovalChoice, ParleyEvent, RequestResult, Session, TurnId } from '@parley/schema';
import { inputRequired, inputResponse } from '@modelcontextprotocol/server';
import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server';
import type { RequestTool } from './agents.ts';
import type { Daemon, Door } from './door.ts';
import type { AwaitedTurn, Caller, Told } from './caller.ts';
import { answerOf, formOf } from './elicit.ts';
import { findSession } from './find-session.ts';
import { Person, unlessResolved } from './person.ts';
import { Progress } from './progress.ts';
import type { RequestArguments } from './parameters.ts';
import { answered, answeredTurn, answerOfTurn, jobTools, waitingFor } from './reply.ts';
import { stopTurn, waitForTurn } from './wait-for-turn.ts';
import type { Waited } from './wait-for-turn.ts';

export type Reply = CallToolResult | InputRequiredResult;

/** With the caller's name for it, or one that was made. */
export type NamedRequest = RequestArguments & { readonly correlationId: string };

/** Starts the turn, or finds the one that answers this too; the call that is in a later round goes on with what the first one began. */
export async function begin(
  door: Door,
  client: Daemon,
  tool: RequestTool,
  request: NamedRequest,
  caller: Pick<Caller, 'elicits'>,
): Promise<AwaitedTurn> {
  const found = await findSession(door, client, tool, request);
  const { timeoutMs, correlationId, idempotencyKey, forceRefresh } = request;
  const approval = choiceOf(request, caller);
  const made = await client.request({
    session: found.session,
    text: request.prompt,
    correlationId,
    dedup: forceRefresh === true ? 'refresh' : 'reuse',
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(approval !== undefined && { approval }),
    ...(request.optimizePrompt === true && { optimizePrompt: true }),
    ...(request.optimizeResponse === true && { optimizeResponse: true }),
  });
  const { session, turnId, deduped } = made;
  const isNew = typeof found.session !== 'string' && !('id' in found.session);
  const told = { correlationId, ...(deduped !== undefined && { deduped: true }), ...toldOf(made) };
  // The session of another request is not this connection's to clear.
  if (isNew && deduped === undefined) door.created.add(session.id);
  const reused = deduped === undefined ? [] : [reusedWarning(turnId, deduped.ageMs)];
  const warnings = [...reused, ...findingsOf(told), ...found.warnings];
  const ids = { sessionId: session.id, turnId, after: session.head };
  return { ...ids, warnings, told, asked: [], ...(isNew && { isNew }) };
}

/** Where the client shows forms, its person is asked. */
function choiceOf(
  { approvalStrategy: strategy, approvalPolicy: policy }: NamedRequest,
  { elicits }: Pick<Caller, 'elicits'>,
): ApprovalChoice | undefined {
  if (strategy === 'legacy') return { strategy };
  if (strategy === undefined && policy === undefined && !elicits) return undefined;
  return {
    ...(strategy !== undefined && { strategy }),
    ...(policy !== undefined && { policy }),
    ...(elicits && { ask: true }),
  };
}

function toldOf({ approval, reviewIntegrity, optimization }: RequestResult): Told {
  return {
    ...(approval !== undefined && { approval }),
    ...(reviewIntegrity !== undefined && reviewIntegrity.violations.length > 0 && { reviewIntegrity }),
    ...(optimization !== undefined && { optimization }),
  };
}

function findingsOf({ reviewIntegrity }: Told): readonly string[] {
  return (reviewIntegrity?.violations ?? []).map(
    ({ detail, score }) => `Review integrity: ${detail} Such a review may be worth little (${score}).`,
  );
}

function reusedWarning(turnId: TurnId, ageMs: number): string {
  return `This is the answer of job ${turnId}, which was asked the same ${Math.round(ageMs / 1000)} s ago, of the same files; forceRefresh asks again.`;
}

/** The reply of an asynchronous request: the handle. */
export async function handle(client: Daemon, awaited: AwaitedTurn): Promise<CallToolResult> {
  const { sessionId, turnId, warnings, told } = awaited;
  const [session, turn] = await Promise.all([client.session(sessionId), client.turn(sessionId, turnId)]);
  return answeredTurn(turn, session, withLimits(awaited, session, warnings), { told });
}

/** What the policy means in a new session: told by the agent when it starts, so known after the turn only. */
function withLimits({ isNew }: AwaitedTurn, { limits }: Session, warnings: readonly string[]): readonly string[] {
  return isNew === true ? [...new Set([...warnings, ...limits])] : warnings;
}

export interface WaitLimits {
  readonly deadlineMs: number;
  /** This call, or an earlier round of it, began the turn: cancelling the call stops it. */
  readonly own: boolean;
}

/** Waits at most `deadlineMs` (0: as long as it takes), then replies with the answer or with a handle. */
export async function awaitTurn(
  door: Door,
  client: Daemon,
  awaited: AwaitedTurn,
  caller: Caller,
  { deadlineMs, own }: WaitLimits,
): Promise<Reply> {
  const { sessionId, turnId } = awaited;
  // Where no connection remembers it, the call does.
  for (const id of awaited.asked) door.asked.add(id);
  const person = new Person(door, client, caller);
  if (!own) {
    // It went on alone: the agent may have asked before anybody listened.
    const pending = await client.approvals({ pending: true });
    const asking = person.ask(pending.filter((approval) => approval.turnId === turnId));
    if (asking.length > 0) return askByReply(awaited, asking, caller);
  }
  const warnings = [...awaited.warnings];
  const progress = new Progress(door, caller.ctx);
  const stopKeeping = await door.options.keepDaemon(client);
  let waited: Waited;
  try {
    waited = await waitForTurn({
      client,
      sessionId,
      turnId,
      after: awaited.after,
      deadlineMs,
      signal: caller.ctx.mcpReq.signal,
      onEvents: (events) => {
        progress.tell(events);
        warnings.push(...warningsOf(events));
      },
      onApprovals: (approvals) => person.ask(approvals),
      onSettled: (id) => person.settle(id),
    });
  } finally {
    stopKeeping();
    progress.flush();
  }
  switch (waited.outcome) {
    case 'ended': {
      person.close();
      const session = await client.session(sessionId);
      return answeredTurn(waited.turn, session, withLimits(awaited, session, warnings), { told: awaited.told });
    }
    case 'asking':
      return askByReply({ ...awaited, warnings, after: waited.after }, waited.approvals, caller);
    case 'cancelled':
      person.close();
      // Somebody else may have got this turn as the answer to the same request, and waits for it still.
      if (own && !door.leaving) await stopTurn(client, sessionId, turnId, { unlessShared: true });
      return deferred(client, awaited, warnings);
    case 'deadline':
      return deferred(client, awaited, warnings);
  }
}

async function askByReply(awaited: AwaitedTurn, approvals: readonly Approval[], { codec }: Caller): Promise<Reply> {
  const asked = [...awaited.asked, ...approvals.map(({ id }) => id)];
  return inputRequired({
    inputRequests: Object.fromEntries(approvals.map((one) => [one.id, inputRequired.elicit(formOf(one))])),
    requestState: await codec.mint({ ...awaited, asked }),
  });
}

/** What the person filled in since the last round goes to the agent. */
export async function takeAnswers(client: Daemon, { asked }: AwaitedTurn, { ctx }: Caller): Promise<void> {
  const pending = await client.approvals({ pending: true });
  for (const approval of pending.filter(({ id }) => asked.includes(id))) {
    const view = inputResponse(ctx.mcpReq.inputResponses, approval.id);
    const answer = view.kind === 'elicit' ? answerOf(approval, view) : undefined;
    if (answer !== undefined) await client.answerApproval(approval.id, answer).catch(unlessResolved);
  }
}

async function deferred(client: Daemon, awaited: AwaitedTurn, before: readonly string[]): Promise<CallToolResult> {
  const { sessionId, turnId, told } = awaited;
  const [session, turn, pending] = await Promise.all([
    client.session(sessionId),
    client.turn(sessionId, turnId),
    client.approvals({ pending: true }),
  ]);
  const warnings = withLimits(awaited, session, before);
  // It may have ended in this very moment: then it is an answer.
  if (!isOpen(turn)) return answeredTurn(turn, session, warnings, { told });
  const asked = waitingFor(pending.filter((approval) => approval.turnId === turnId));
  const answer = answerOfTurn(turn, session, [...warnings, ...asked], { told });
  const mark = `The job goes on: come back with llm_job_watch or llm_job_result {"jobId":"${turnId}"}.`;
  return answered({ ...answer, status: 'deferred', ...jobTools }, [mark]);
}

function warningsOf(events: readonly ParleyEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === 'notice' && event.level !== 'info' ? [event.text] : []));
}
