// The sentences that the persona understands, one rule each.
import type { Masked } from './quoted.ts';
import type { Task } from './task.ts';

/** The task that one request asks for; undefined when no rule fits. `text` gives back the quoted pieces. */
export function taskIn(request: string, text: Masked): Task | undefined {
  for (const { pattern, make } of RULES) {
    const match = pattern.exec(request);
    const task = match === null ? undefined : make(foundIn(match.groups ?? {}, text));
    if (task !== undefined) return task;
  }
  return undefined;
}

const FILE = String.raw`(?<file>\uE000\d+\uE001|[^\s,;:"'\uE000]*[^\s.,;:!?"'\uE000])`;
const A_FILE = String.raw`(?:(?:me\s+)?(?:a|an|the|another)\s+)?(?:new\s+)?(?:empty\s+)?(?:text\s+)?(?<word>file\s+)?(?:(?:called|named|with\s+the\s+name)\s+)?${FILE}`;
const HOLDING = String.raw`(?:with|containing|which\s+contains|that\s+(?:contains|says|reads)|saying|holding|:)`;
const THE_TEXT = String.raw`(?:(?:just\s+|exactly\s+|only\s+)?(?:(?:the|this|following)\s+){0,2}(?:exact\s+)?(?:(?:text|contents?|words?|lines?|body)(?:\s+of)?(?:\s*[:=]\s*|\s+|$)))?`;
const TAIL = String.raw`[.!]?$`;

interface Rule {
  readonly pattern: RegExp;
  readonly make: (found: Found) => Task | undefined;
}
interface Found {
  /** A named part, quotes taken off. */
  readonly plain: (name: string) => string;
  /** A named part as it was written. */
  readonly raw: (name: string) => string;
  readonly has: (name: string) => boolean;
  /** The `file` part, when it looks like one. */
  readonly path: () => string | undefined;
}

function rule(pattern: string, make: (found: Found) => Task | undefined): Rule {
  return { pattern: new RegExp(`^${pattern}`, 'i'), make };
}
function onFile(make: (path: string, found: Found) => Task): (found: Found) => Task | undefined {
  return (found) => {
    const path = found.path();
    return path === undefined ? undefined : make(path, found);
  };
}

const replace = onFile((path, found) => ({ kind: 'replace', path, from: found.plain('from'), to: found.plain('to') }));
const write = onFile((path, found) => ({ kind: 'write', path, content: found.has('text') ? found.plain('text') : '' }));
const append = onFile((path, found) => ({ kind: 'append', path, content: found.plain('text') }));

// The first rule that fits wins.
const RULES: readonly Rule[] = [
  rule(String.raw`(?:hi|hello|hey|help|good (?:morning|day|evening))(?:\s+there)?[.!?]*$`, () => ({
    kind: 'introduce',
  })),
  rule(String.raw`(?:who|what)\s+are\s+you\b|^what\s+can\s+you\s+do\b`, () => ({ kind: 'introduce' })),
  rule(String.raw`(?:run|execute)\s*:\s*(?<cmd>[\s\S]+)$`, runs),
  rule(
    String.raw`(?:run|execute)\s+(?:(?:the\s+)?(?:shell\s+)?command\s*:?\s*)?(?<cmd>\uE000\d+\uE001|(?!(?:the|a|an|all|my|your|this|it)\s)[^\uE000][\s\S]*?)(?<out>\s+(?:outside\s+(?:of\s+)?the\s+sandbox|with\s+escalated\s+permissions))?(?:\s+in\s+(?:the|a)\s+(?:shell|terminal))?${TAIL}`,
    runs,
  ),
  rule(
    String.raw`think\s+(?:hard\s+|deeply\s+|carefully\s+|step by step\s+)?(?:about\s+|over\s+)?(?<about>[\s\S]+)$`,
    (found) => ({
      kind: 'think',
      about: found.raw('about'),
    }),
  ),
  rule(
    String.raw`(?:write|give|tell|stream)\s+(?:me\s+)?(?:a\s+(?:very\s+)?long\s+(?:text|answer|article|essay|story|message)|(?<words>\d+)\s+words)\s*(?:(?:about|on|of)\s+(?<about>[\s\S]+?))?${TAIL}`,
    (found) => ({
      kind: 'essay',
      about: found.has('about') ? found.raw('about') : 'nothing in particular',
      words: found.has('words') ? Math.min(Number(found.raw('words')), LONGEST_ESSAY) : 300,
    }),
  ),
  rule(
    String.raw`(?:say|reply|answer|respond)\s+(?:only\s+|just\s+|exactly\s+)?(?:with\s+)?(?:only\s+|just\s+|exactly\s+)?(?:(?:the\s+)?(?:single\s+)?words?\s+)?:?\s*(?<text>[\s\S]+)$`,
    (found) => ({
      kind: 'say',
      text: found.plain('text'),
    }),
  ),
  rule(
    String.raw`(?:create|make|add)\s+(?:a|an|the)?\s*(?:new\s+)?(?:folder|directory)\s+(?:(?:called|named)\s+)?${FILE}${TAIL}`,
    (found) => ({
      kind: 'folder',
      path: found.plain('file'),
    }),
  ),
  rule(
    String.raw`(?:in|edit)\s+(?:the\s+)?(?<word>file\s+)?${FILE}\s*[,:]?\s*(?:and\s+)?(?:replace|change|substitute)\s+(?:all\s+)?(?<from>[\s\S]+?)\s+(?:with|by|to|into)\s+(?<to>[\s\S]+)$`,
    replace,
  ),
  rule(
    String.raw`(?:replace|change|substitute)\s+(?:all\s+|every\s+)?(?<from>[\s\S]+?)\s+(?:with|by|to|into)\s+(?<to>[\s\S]+?)\s+(?:everywhere\s+)?in\s+(?:the\s+)?(?<word>file\s+)?${FILE}${TAIL}`,
    replace,
  ),
  rule(
    String.raw`(?:append|add)\s+${THE_TEXT}(?<text>[\s\S]+?)\s+to\s+(?:the\s+end\s+of\s+)?(?:the\s+)?(?<word>file\s+)?${FILE}${TAIL}`,
    append,
  ),
  rule(String.raw`append\s+to\s+(?:the\s+)?(?<word>file\s+)?${FILE}\s*:?\s+${THE_TEXT}(?<text>[\s\S]+)$`, append),
  rule(String.raw`(?:create|make|write|add|touch)\s+${A_FILE}${TAIL}`, write),
  rule(
    String.raw`(?:create|make|write|add|save)\s+${A_FILE}\s*,?\s*(?:and\s+(?:write|put)|${HOLDING})\s*${THE_TEXT}(?<text>[\s\S]+?)(?:\s+(?:in|into)\s+it)?$`,
    write,
  ),
  rule(String.raw`(?:write|put|save|store)\s+${THE_TEXT}(?<text>[\s\S]+?)\s+(?:to|into|in)\s+${A_FILE}${TAIL}`, write),
  rule(
    String.raw`(?:delete|remove|rm|erase)\s+(?:the\s+)?(?<word>file\s+)?${FILE}${TAIL}`,
    onFile((path) => ({ kind: 'delete', path })),
  ),
  rule(
    String.raw`(?:list|show|display|ls)(?:\s+me)?(?:\s+(?:all|the|my|of|files|file|folders?|directory|content|contents|here|in|this|current|workspace))*(?:\s+(?<dir>\uE000\d+\uE001|[.\w/-]*\/[.\w/-]*))?${TAIL}`,
    lists,
  ),
  rule(String.raw`(?:list|ls)\s+${FILE}${TAIL}`, (found) => ({ kind: 'list', path: found.plain('file') })),
  rule(String.raw`(?:what|which)\s+files\s+(?:are|do)\b[\s\S]*$`, () => ({ kind: 'list' })),
  rule(
    String.raw`(?:read|show|print|cat|open|display|view|look\s+at|tell\s+me)\s+(?:me\s+)?(?:what\s+is\s+in\s+|what's\s+in\s+)?(?:the\s+)?(?:contents?\s+of\s+)?(?:the\s+)?(?<word>file\s+)?${FILE}${TAIL}`,
    reads,
  ),
  rule(String.raw`what(?:\s+is|'s)\s+(?:in|inside)\s+(?:the\s+)?(?<word>file\s+)?${FILE}\s*[.!?]*$`, reads),
  rule(String.raw`what\s+does\s+(?:the\s+)?(?<word>file\s+)?${FILE}\s+(?:say|contain)\s*[.!?]*$`, reads),
];

// Enough to try a page with; more would only fill a disk.
const LONGEST_ESSAY = 20_000;

function runs(found: Found): Task {
  return { kind: 'run', command: found.plain('cmd'), outsideSandbox: found.has('out') };
}
function lists(found: Found): Task {
  return found.has('dir') ? { kind: 'list', path: found.plain('dir') } : { kind: 'list' };
}
function reads(found: Found): Task | undefined {
  const path = found.path();
  return path === undefined ? undefined : { kind: 'read', path };
}

function foundIn(groups: Readonly<Record<string, string | undefined>>, text: Masked): Found {
  const has = (name: string): boolean => (groups[name] ?? '') !== '';
  const plain = (name: string): string => text.unquote((groups[name] ?? '').trim());
  return {
    has,
    plain,
    raw: (name) => text.restore((groups[name] ?? '').trim()),
    path: () => {
      const path = plain('file');
      const named = has('word') || (groups['file'] ?? '').startsWith('\uE000') || looksLikeFile(path);
      return named && path !== '' ? path : undefined;
    },
  };
}

function looksLikeFile(name: string): boolean {
  return /[./\\]/.test(name) || /^(readme|license|makefile|dockerfile|changelog)$/i.test(name);
}
