// What Codex asks, in the words of an approval, with the result that each answer to it is.

import type { ApprovalOption, ApprovalRequest, FileChange } from '@parley/schema';
import { cutText, isObject, jsonTextOf, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { readForm } from '../shared/elicitation.ts';
import { decodeLegacyChanges } from './file-change.ts';
import { unwrapShell } from './shell-command.ts';
import type { CodexState, PendingApproval, PossibleAnswer } from './state.ts';

export interface Question {
  readonly ask: Omit<ApprovalRequest, 'id' | 'options'>;
  readonly pending: Omit<PendingApproval, 'requestId'>;
}

/** The question of a server request; undefined when nobody can or need be asked. */
export function questionOf(state: CodexState, method: string, params: Json): Question | undefined {
  switch (method) {
    case 'item/commandExecution/requestApproval':
      return commandQuestion(params);
    case 'item/fileChange/requestApproval':
      return fileChangeQuestion(state, params);
    case 'item/permissions/requestApproval':
      return permissionsQuestion(params);
    case 'item/tool/requestUserInput':
      return userInputQuestion(params);
    case 'mcpServer/elicitation/request':
      return elicitationQuestion(params);
    case 'execCommandApproval': {
      const words = listIn(params['command']).filter((word) => typeof word === 'string');
      const script = words.length === 3 && /^-l?c$/.test(words[1] ?? '') ? words[2] : undefined;
      const command = script ?? words.join(' ');
      return {
        ask: {
          kind: 'command',
          title: commandTitle(command),
          command,
          ...optional('cwd', params['cwd']),
          ...optional('reason', params['reason']),
        },
        pending: { answers: legacyAnswers, interruptOnCancel: false },
      };
    }
    case 'applyPatchApproval': {
      const changes = decodeLegacyChanges(params['fileChanges'], state.roots);
      return {
        ask: { kind: 'file_change', title: changesTitle(changes), changes, ...optional('reason', params['reason']) },
        pending: { answers: legacyAnswers, interruptOnCancel: false },
      };
    }
    default:
      return undefined;
  }
}

const allow = (label = 'Allow'): ApprovalOption => ({ id: 'allow', label, effect: 'allow' });
const allowSession: ApprovalOption = { id: 'allow-session', label: 'Allow for this session', effect: 'allow-always' };
const deny = (label = 'Deny'): ApprovalOption => ({ id: 'deny', label, effect: 'deny' });
const cancel: ApprovalOption = { id: 'cancel', label: 'Deny and stop', effect: 'cancel' };

function commandQuestion(params: Json): Question {
  const command = unwrapShell(stringIn(params['command']) ?? '');
  const network = objectIn(params['networkApprovalContext']);
  const host = stringIn(network['host']);
  const title =
    host !== undefined
      ? `Connect to ${host}`
      : params['kind'] === 'writeStdin'
        ? `Type into a running command: ${cutText(command, 160)}`
        : commandTitle(command);
  return {
    ask: {
      kind: host === undefined ? 'command' : 'permission',
      title,
      ...(command === '' ? {} : { command }),
      ...optional('cwd', params['cwd']),
      ...optional('reason', params['reason']),
      ...optional('input', jsonTextOf(params['additionalPermissions'])),
    },
    pending: { answers: commandAnswers(params), interruptOnCancel: false },
  };
}

/**
 * 0.169.0 lists `accept`, an amendment of its rules and `cancel`, but takes `decline` as well (seen: the turn goes on). An amendment is kept
 * in Codex's own rules, beyond this session.
 */
function commandAnswers(params: Json): readonly PossibleAnswer[] {
  const listed = params['availableDecisions'];
  const offered: readonly unknown[] = Array.isArray(listed) ? listed : ['accept', 'acceptForSession'];
  const more: PossibleAnswer[] = [];
  for (const decision of offered) {
    if (decision === 'acceptForSession') more.push({ option: allowSession, result: { decision } });
    if (!isObject(decision)) continue;
    const prefix = listIn(objectIn(decision['acceptWithExecpolicyAmendment'])['execpolicy_amendment']).filter(
      (word) => typeof word === 'string',
    );
    if (prefix.length > 0) {
      const label = /^-l?c$/.test(prefix[1] ?? '')
        ? 'Always allow this command'
        : `Always allow commands that start with "${cutText(prefix.join(' '), 80)}"`;
      more.push({ option: { id: 'allow-similar', label, effect: 'allow-always' }, result: { decision } });
    }
    const rule = objectIn(objectIn(decision['applyNetworkPolicyAmendment'])['network_policy_amendment']);
    const host = stringIn(rule['host']);
    if (host !== undefined) {
      const allows = rule['action'] === 'allow';
      const option: ApprovalOption = allows
        ? { id: `allow-host:${host}`, label: `Always allow ${host}`, effect: 'allow-always' }
        : { id: `deny-host:${host}`, label: `Always block ${host}`, effect: 'deny' };
      more.push({ option, result: { decision } });
    }
  }
  // The plain "no" stands before a "no for ever": who looks for a denial by its effect must find the plain one.
  return [
    { option: allow(), result: { decision: 'accept' } },
    ...more.filter(({ option }) => option.effect !== 'deny'),
    { option: deny(), result: { decision: 'decline' } },
    ...more.filter(({ option }) => option.effect === 'deny'),
    { option: cancel, result: { decision: 'cancel' } },
  ];
}

function fileChangeQuestion(state: CodexState, params: Json): Question {
  const itemId = stringIn(params['itemId']);
  const item = itemId === undefined ? undefined : state.turn?.items.get(itemId)?.item;
  const changes = item?.type === 'file_change' ? item.changes : [];
  const root = stringIn(params['grantRoot']);
  return {
    ask: {
      kind: 'file_change',
      title: root === undefined ? changesTitle(changes) : `${changesTitle(changes)} (and later changes under ${root})`,
      ...(changes.length === 0 ? {} : { changes }),
      ...optional('reason', params['reason']),
    },
    pending: {
      answers: [
        { option: allow(), result: { decision: 'accept' } },
        { option: allowSession, result: { decision: 'acceptForSession' } },
        { option: deny(), result: { decision: 'decline' } },
        { option: cancel, result: { decision: 'cancel' } },
      ],
      interruptOnCancel: false,
    },
  };
}

const legacyAnswers: readonly PossibleAnswer[] = [
  { option: allow(), result: { decision: 'approved' } },
  { option: allowSession, result: { decision: 'approved_for_session' } },
  { option: deny(), result: { decision: { denied: { rejection: 'The user denied this.' } } } },
  { option: cancel, result: { decision: 'abort' } },
];

function permissionsQuestion(params: Json): Question {
  const { network, fileSystem } = objectIn(params['permissions']);
  const granted = { ...(isObject(network) ? { network } : {}), ...(isObject(fileSystem) ? { fileSystem } : {}) };
  const wants = [isObject(network) ? 'the network' : '', isObject(fileSystem) ? 'more of the file system' : ''].filter(
    (want) => want !== '',
  );
  return {
    ask: {
      kind: 'permission',
      title: `Use ${wants.length === 0 ? 'more permissions' : wants.join(' and ')}`,
      ...optional('cwd', params['cwd']),
      ...optional('reason', params['reason']),
      ...optional('input', jsonTextOf(params['permissions'])),
    },
    pending: {
      answers: [
        { option: allow('Allow for this turn'), result: { permissions: granted, scope: 'turn' } },
        { option: allowSession, result: { permissions: granted, scope: 'session' } },
        { option: deny(), result: { permissions: {}, scope: 'turn' } },
        { option: cancel, result: { permissions: {}, scope: 'turn' } },
      ],
      interruptOnCancel: true,
    },
  };
}

function userInputQuestion(params: Json): Question {
  const questions = listIn(params['questions']).map((each, i) => {
    const { id, header, question, options } = objectIn(each);
    const text = [stringIn(header), stringIn(question)]
      .filter((words) => words !== undefined && words !== '')
      .join(': ');
    const choices = listIn(options).map((option) => {
      const { label, description } = objectIn(option);
      return { label: stringIn(label) ?? '', ...optional('description', description) };
    });
    return { id: stringIn(id) ?? String(i), text, choices, multiple: false };
  });
  return {
    ask: { kind: 'question', title: cutText(questions[0]?.text ?? 'The agent asks', 200), questions },
    pending: {
      answers: [
        { option: allow('Answer'), result: { answers: {} } },
        { option: deny('Skip'), result: { answers: {} } },
        { option: { ...cancel, label: 'Stop' }, result: { answers: {} } },
      ],
      words: { kind: 'user-input' },
      interruptOnCancel: true,
    },
  };
}

/** A form of an MCP server, a page to visit, or (a form without fields) leave to run an MCP tool. Undefined: nothing that we can show. */
function elicitationQuestion(params: Json): Question | undefined {
  const message = stringIn(params['message']);
  if (message === undefined) return undefined;
  const server = stringIn(params['serverName']) ?? 'an MCP server';
  const meta = objectIn(params['_meta']);
  const url = params['mode'] === 'url' ? stringIn(params['url']) : undefined;
  const form = readForm(params['requestedSchema']);
  const accept = (option: ApprovalOption, _meta: Json | null): PossibleAnswer => ({
    option,
    result: { action: 'accept', content: url === undefined ? {} : null, _meta },
  });
  const remembers = meta['persist'] === 'session' || listIn(meta['persist']).includes('session');
  const isForm = form.fields.length > 0;
  const kind = isForm ? 'question' : url === undefined ? 'tool' : 'permission';
  return {
    ask: {
      kind,
      title: cutText(`${server}: ${message}`, 300),
      ...(url === undefined ? {} : { reason: `Open ${url}` }),
      ...optional('input', jsonTextOf(meta['tool_params'])),
      ...(isForm ? { questions: form.questions } : {}),
    },
    pending: {
      answers: [
        accept(allow(isForm ? 'Answer' : 'Allow'), null),
        ...(remembers ? [accept(allowSession, { persist: 'session' })] : []),
        { option: deny(), result: { action: 'decline', content: null, _meta: null } },
        { option: cancel, result: { action: 'cancel', content: null, _meta: null } },
      ],
      ...(isForm ? { words: { kind: 'form', fields: form.fields } as const } : {}),
      interruptOnCancel: true,
    },
  };
}

function commandTitle(command: string): string {
  return command === '' ? 'Run a command' : `Run ${cutText(command.replaceAll(/\s*\n\s*/g, ' ⏎ '), 200)}`;
}

function changesTitle(changes: readonly FileChange[]): string {
  const [first, ...rest] = changes;
  if (first === undefined) return 'Change files';
  const verb = { add: 'Create', update: 'Edit', delete: 'Delete', move: 'Move' }[first.kind];
  return rest.length === 0 ? `${verb} ${first.path}` : `${verb} ${first.path} and change ${rest.length} more`;
}

function optional<Name extends string>(name: Name, value: unknown): Partial<Record<Name, string>> {
  return typeof value === 'string' && value !== '' ? ({ [name]: value } as Record<Name, string>) : {};
}
