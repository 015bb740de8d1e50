// A turn as spans, by the GenAI semantic conventions 1.41 (status: development; v1.41.0/docs/gen-ai/gen-ai-agent-spans.md): the turn is
// `invoke_agent`, each tool call within it `execute_tool`, and each approval a span of Parley's own. Pure.

import { redact } from '@parley/schema';
import type { AgentName, Item, ParleyEvent, RequestRecord, Usage } from '@parley/schema';

/** What these names are defined by. */
export const schemaUrl = 'https://opentelemetry.io/schemas/1.41.0';

export interface SpanData {
  readonly name: string;
  readonly kind: 'client' | 'internal';
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly attributes: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Set when it failed; redacted. */
  readonly failure?: string;
}

export interface TurnSpans {
  readonly turn: SpanData;
  readonly children: readonly SpanData[];
}

/** Well-known values of `gen_ai.provider.name`; other agents are named themselves. */
const providers: Readonly<Record<string, string>> = {
  claude: 'anthropic',
  codex: 'openai',
  gemini: 'gcp.gemini',
  grok: 'x_ai',
  kimi: 'moonshot_ai',
  vibe: 'mistral_ai',
};

/** Characters of a content attribute. */
const contentCharacters = 16_384;

interface Opened {
  readonly at: number;
}

/** The spans of a request that has ended. `content`: with what was said, redacted. */
export function spansOf(record: RequestRecord, events: readonly ParleyEvent[], content: boolean): TurnSpans {
  const from = record.startedAt ?? record.queuedAt;
  const to = record.endedAt ?? from;
  const open = new Map<string, Opened>();
  const asked = new Map<string, Opened & { readonly kind: string; readonly title: string }>();
  const children: SpanData[] = [];
  for (const event of events) {
    switch (event.type) {
      case 'item.started':
        open.set(event.item.id, event);
        break;
      case 'item.completed': {
        const tool = toolOf(event.item);
        if (tool !== undefined)
          children.push(toolSpan(tool, { from: open.get(event.item.id)?.at ?? event.at, to: event.at }, content));
        break;
      }
      case 'approval.requested':
        asked.set(event.approval.id, { at: event.at, kind: event.approval.kind, title: event.approval.title });
        break;
      case 'approval.resolved': {
        const request = asked.get(event.approvalId);
        if (request === undefined) break;
        const { outcome, by } = event.resolution;
        children.push({
          name: `approval ${request.kind}`,
          kind: 'internal',
          from: request.at,
          to: event.at,
          attributes: {
            'parley.approval.id': event.approvalId,
            'parley.approval.kind': request.kind,
            'parley.approval.outcome': outcome,
            'parley.approval.by': by,
            ...(content ? { 'parley.approval.title': redact(request.title) } : {}),
          },
        });
        break;
      }
      default:
        break;
    }
  }
  return { turn: turnSpan(record, { from, to }, content), children };
}

interface Time {
  readonly from: number;
  readonly to: number;
}

function turnSpan(record: RequestRecord, { from, to }: Time, content: boolean): SpanData {
  const { agent, model, status, errorCode, error, correlationId, approvals, prompt, answer, firstOutputAt } = record;
  const failed = status === 'failed' || status === 'lost';
  return {
    name: `invoke_agent ${agent}`,
    kind: 'client',
    from,
    to,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.provider.name': providerOf(agent, record.backend),
      'gen_ai.agent.name': agent,
      'gen_ai.conversation.id': record.sessionId,
      ...(model === undefined ? {} : { 'gen_ai.request.model': model }),
      ...usageOf(record.usage),
      ...(status === 'completed' ? { 'gen_ai.response.finish_reasons': ['stop'] } : {}),
      ...(firstOutputAt === undefined ? {} : { 'gen_ai.response.time_to_first_chunk': (firstOutputAt - from) / 1000 }),
      ...(failed ? { 'error.type': errorCode ?? '_OTHER' } : {}),
      'parley.turn.id': record.id,
      'parley.turn.status': status,
      'parley.turn.queued_ms': Math.max(0, from - record.queuedAt),
      'parley.turn.retries': record.retries,
      'parley.session.mode': record.mode,
      'parley.session.policy': record.policy,
      'parley.model_server': record.backend,
      ...(correlationId === undefined ? {} : { 'parley.correlation_id': correlationId }),
      ...(record.usage?.costUsd === undefined ? {} : { 'parley.cost_usd': record.usage.costUsd }),
      ...Object.fromEntries(Object.entries(approvals ?? {}).map(([how, count]) => [`parley.approvals.${how}`, count])),
      ...(content && prompt.text !== undefined ? { 'gen_ai.input.messages': messages('user', prompt.text) } : {}),
      ...(content && answer?.text !== undefined
        ? { 'gen_ai.output.messages': messages('assistant', answer.text) }
        : {}),
    },
    ...(failed ? { failure: error ?? errorCode ?? status } : {}),
  };
}

function providerOf(agent: AgentName, backend: RequestRecord['backend']): string {
  return backend === 'rehearsal' ? 'parley.rehearsal' : (providers[agent] ?? agent);
}

/** The conventions count what was read from or written to a cache as input too. */
function usageOf(usage: Usage = {}): Readonly<Record<string, number>> {
  const { inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = usage;
  const written = sum(cacheWrite5m, cacheWrite1h);
  const all = {
    'gen_ai.usage.input_tokens': sum(inputUncached, cacheRead, written),
    'gen_ai.usage.cache_read.input_tokens': cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': written,
    'gen_ai.usage.output_tokens': output,
    'gen_ai.usage.reasoning.output_tokens': reasoning,
  };
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, number] => pair[1] !== undefined));
}

/** Of what is known; undefined when nothing is. */
function sum(...parts: readonly (number | undefined)[]): number | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => a + b);
}

/** In the form of the conventions' JSON schema of messages. The text is redacted already. */
function messages(role: 'user' | 'assistant', text: string): string {
  return JSON.stringify([{ role, parts: [{ type: 'text', content: text }] }]);
}

type ToolItem = Extract<Item, { readonly type: 'command' | 'tool_call' | 'file_change' }>;

function toolOf(item: Item): ToolItem | undefined {
  return item.type === 'command' || item.type === 'tool_call' || item.type === 'file_change' ? item : undefined;
}

function toolSpan(item: ToolItem, { from, to }: Time, content: boolean): SpanData {
  const name = item.type === 'tool_call' ? item.name : item.type === 'command' ? 'shell' : 'edit';
  const input = item.type === 'command' ? item.command : item.type === 'tool_call' ? item.input : undefined;
  const output = item.type === 'file_change' ? undefined : item.output;
  const failed = item.status !== 'completed' && item.status !== 'running';
  return {
    name: `execute_tool ${name}`,
    kind: 'internal',
    from,
    to,
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.id': item.id,
      'gen_ai.tool.type': item.type === 'tool_call' && item.server !== undefined ? 'extension' : 'function',
      ...(item.type === 'tool_call' && item.server !== undefined ? { 'parley.tool.server': item.server } : {}),
      ...(item.type === 'command' && item.exitCode !== undefined ? { 'process.exit.code': item.exitCode } : {}),
      ...(item.type === 'file_change' ? { 'parley.tool.files': item.changes.length } : {}),
      ...(failed ? { 'error.type': item.status } : {}),
      ...(content && input !== undefined ? { 'gen_ai.tool.call.arguments': shown(input) } : {}),
      ...(content && output !== undefined ? { 'gen_ai.tool.call.result': shown(output) } : {}),
    },
    ...(failed ? { failure: item.status } : {}),
  };
}

const shown = (text: string): string => redact(text.slice(0, contentCharacters + 4096)).slice(0, contentCharacters);
