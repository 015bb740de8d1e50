// Who is asked: each way to speak to each agent, with its real program where npm has it, else with a stand-in made from recorded facts.

import type { RehearsalServer } from '@parley/rehearsal';
import type { RealAgents } from '../../scripts/agents.mjs';
import { inRoot } from '../../scripts/lib/root.mjs';
import type { Behaviour } from './behaviours.ts';

export interface Subject {
  readonly agent: string;
  readonly mode: string;
  readonly program: 'real' | 'stand-in';
  /** What it cannot do, with the evidence. All else it must do. */
  readonly cannot: Partial<Readonly<Record<Behaviour, string>>>;
  /** The shell command that is its program. */
  readonly command: (agents: RealAgents) => string;
  /** Its entries in config.toml. */
  readonly config: (models: RehearsalServer) => string;
  /** The command line of the process that does its work. */
  readonly process: RegExp;
  /** Files in its user's home, and variables in the environment of Parley. */
  readonly home?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What has to run once in a new home, where Parley does not know that: of an agent that is only named in the configuration. */
  readonly firstStart?: readonly string[];
  /** Its start takes seconds. */
  readonly slow?: boolean;
  readonly otherModel?: string;
  /** The prompt that makes its model fail, where the offline model server is not asked. */
  readonly failure?: (how: string) => string;
  /** What of the other model's name is sent to the model server; absent: all. */
  readonly otherModelAsked?: string;
  /** An id in its form of a conversation that there is not. */
  readonly unknownThread?: string;
  /** Its id of a conversation changes with each turn. */
  readonly threadChanges?: boolean;
}

const run = (path: string): string => `exec '${path}' "$@"`;
const standIn = (file: string): string =>
  `exec '${process.execPath}' --conditions=source '${inRoot('packages', 'rehearsal', 'src', 'stand-ins', file)}' "$@"`;

/** How a stand-in that has a model of its own is made to fail. */
const saysFailure = (how: string): string =>
  ({
    '401': 'fail: 401 Unauthorized: the key is refused',
    '429': 'fail: 429 Too Many Requests',
    '500': 'fail: 500 Internal Server Error',
    model: 'fail: 404 The model `other` does not exist',
  })[how] ?? 'fail: prompt is too long: the maximum context length is 1000 tokens';
const kimiFailure = (how: string): string => `say "x" [[error ${{ length: '413', model: '404' }[how] ?? how}]]`;
const ownModel = {
  'uses the model': 'the stand-in asks no model server; that the name is on its command line is a test of its driver',
} as const;

/** Of agents that report what their own edit tools change. */
const reportsEdits = {
  'finds changes by git':
    'it reports the changes of its edit tools itself, so git is not asked; what a shell changes is not told',
} as const;

/** What no one-shot mode can do. */
const oneShot = {
  'takes words in': 'the process reads its one prompt and no more: words are queued',
  'asks first': 'nobody can be asked: what would ask is refused or runs, as its limits say',
  'heeds a no': 'as above',
} as const;
const wholeMessages = { 'streams text': 'it prints whole messages' } as const;
const onlyFull = {
  'edits by itself': 'it forbids itself nothing, so Parley starts it with the policy full only',
} as const;
const makesThreads = {
  'knows its threads': 'an unknown id is a new conversation of that id: nobody can tell',
} as const;
const noExitCodes = { 'tells exit codes': 'it tells that a command failed, not with which code' } as const;
const noUsage = {
  'counts tokens': 'it tells no tokens: unknown stays unknown',
  'counts each turn': 'as above',
} as const;

const copiesNothing = { forks: 'it has no way to copy a conversation, and a fork is refused by name' } as const;

const codex = {
  agent: 'codex',
  program: 'real',
  command: ({ codexNative }: RealAgents) => run(codexNative),
  process: /codex/,
  otherModel: 'gpt-5.5-other',
  config: ({ openaiUrl }: RehearsalServer) => `model_url = "${openaiUrl}"\nmodel = "gpt-5.5"`,
} as const;
const claude = {
  agent: 'claude',
  program: 'real',
  command: (agents: RealAgents) => run(agents.claude),
  process: /claude/,
  config: ({ anthropicUrl }: RehearsalServer) =>
    `model_url = "${anthropicUrl}"\nmodel = "claude-sonnet-5-5"\nenv.CLAUDE_CODE_MAX_RETRIES = "1"`,
} as const;
const gemini = {
  agent: 'gemini',
  program: 'real',
  command: (agents: RealAgents) => run(agents.gemini),
  process: /gemini/,
  slow: true,
  home: {
    '.gemini/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false, maxAttempts: 2 },
    }),
  },
  config: ({ geminiUrl }: RehearsalServer) => `model_url = "${geminiUrl}"\nmodel = "gemini-2.5-flash"`,
} as const;
const chat = ({ openaiUrl }: RehearsalServer): string => `model_url = "${openaiUrl}"\nmodel = "rehearsal"`;
const opencode = {
  agent: 'opencode',
  program: 'real',
  command: (agents: RealAgents) => run(agents.opencode),
  process: /opencode/,
  slow: true,
  unknownThread: 'ses_0000000000000000000000dead',
  config: chat,
} as const;
const kimi = {
  agent: 'kimi',
  program: 'real',
  command: (agents: RealAgents) => run(agents.kimi),
  process: /kimi/,
  slow: true,
  config: chat,
} as const;

export const subjects: readonly Subject[] = [
  { ...codex, mode: 'app-server', cannot: { ...reportsEdits } },
  {
    ...codex,
    mode: 'exec',
    cannot: {
      ...reportsEdits,
      ...oneShot,
      ...wholeMessages,
      'counts lines': 'it reports paths and kinds of changes only',
    },
  },
  { ...claude, mode: 'stream-json', cannot: { ...reportsEdits } },
  { ...claude, mode: 'print', cannot: { ...reportsEdits, ...oneShot } },
  {
    ...gemini,
    mode: 'acp',
    cannot: {
      ...copiesNothing,
      ...reportsEdits,
      'shows failure': 'its result of a command is a success whatever the exit code was',
      'tells exit codes': 'as above: the code is in the words for the model only',
      'takes words in': 'a second prompt would cancel the running turn: words are queued',
    },
  },
  {
    ...gemini,
    mode: 'print',
    cannot: {
      ...copiesNothing,
      ...reportsEdits,
      ...oneShot,
      'shows failure': 'its result of a command is a success whatever the exit code was',
      'tells exit codes': 'as above: the code is in the words for the model only',
      'shows reasoning': 'stream-json leaves thoughts out',
      'edits by itself':
        "in the user's own home its plan mode can lift itself to yolo, so Parley starts it there with the policy full only",
    },
  },
  { ...opencode, mode: 'serve', cannot: { ...reportsEdits } },
  { ...opencode, mode: 'run', cannot: { ...reportsEdits, ...oneShot, ...wholeMessages } },
  {
    ...kimi,
    mode: 'acp',
    cannot: {
      ...noExitCodes,
      ...noUsage,
      'reports new files': 'it tells the path of a written file, not whether it was there before',
      'counts lines': 'as above, and not its lines',
      'takes words in': 'a prompt to a busy session is refused: words are queued',
      'refuses unknown models': 'it ends the turn without words: no_answer',
      'rate limit': 'after its retries it ends the turn without words: no_answer',
      'broken model server': 'as above',
      'long conversation': 'it compacts the conversation by itself and goes on',
    },
  },
  {
    ...kimi,
    mode: 'print',
    cannot: {
      ...copiesNothing,
      ...oneShot,
      ...wholeMessages,
      ...noExitCodes,
      ...noUsage,
      ...onlyFull,
      'shows reasoning': 'its messages leave thoughts out',
      'long conversation': 'it compacts the conversation by itself and goes on',
    },
  },
  {
    agent: 'acp:opencode',
    mode: 'acp',
    program: 'real',
    command: (agents) => run(agents.opencode),
    process: /opencode/,
    slow: true,
    unknownThread: 'ses_0000000000000000000000dead',
    config: ({ openaiUrl }) => {
      const model = { tool_call: true, limit: { context: 200_000, output: 8000 } };
      const provider = {
        npm: '@ai-sdk/openai-compatible',
        options: { baseURL: openaiUrl, apiKey: 'any' },
        models: { rehearsal: model, 'other-model': model },
      };
      const content = { provider: { local: provider }, model: 'local/rehearsal', small_model: 'local/rehearsal' };
      return `args = ["acp"]\nenv.OPENCODE_CONFIG_CONTENT = '${JSON.stringify(content)}'\nenv.OPENCODE_DISABLE_MODELS_FETCH = "1"\nenv.OPENCODE_DISABLE_AUTOUPDATE = "1"`;
    },
    firstStart: ['db', 'path'],
    otherModel: 'local/other-model',
    otherModelAsked: 'other-model',
    cannot: {
      'takes words in': 'it offers no steering over ACP: words are queued',
      'reports new files': 'it tells the path of a written file over ACP, not whether it was there before',
      'counts lines': 'as above, and not its lines',
      'asks first': 'ACP has no word for a policy: it asks what its own configuration makes it ask, as the limits say',
      'heeds a no': 'as above',
      'only reads': 'as above',
      'refused key': 'over ACP it tells the words of the model server only, not its status',
    },
  },
  {
    agent: 'grok',
    mode: 'vibe-kit',
    program: 'real',
    command: ({ grokKit }) => run(grokKit),
    process: /grok/,
    slow: true,
    config: chat,
    cannot: {
      ...copiesNothing,
      ...oneShot,
      ...wholeMessages,
      ...noExitCodes,
      ...noUsage,
      ...onlyFull,
      'tells its thread': 'it has no conversations that can be resumed',
      'goes on': 'as above: each turn is a conversation of its own',
      'resumes after its process': 'as above',
      'keeps apart': 'as above',
      'shows reasoning': 'its messages leave thoughts out',
      'reports edits': 'the model edits by its shell here, and what a shell changes it does not report',
      'keeps order': 'as above',
    },
  },
  {
    agent: 'kimi',
    mode: 'wire',
    program: 'stand-in',
    command: () => standIn('kimi-legacy.ts'),
    process: /kimi-legacy/,
    config: chat,
    failure: kimiFailure,
    cannot: { ...copiesNothing, ...ownModel, ...makesThreads },
  },
  {
    agent: 'kimi',
    mode: 'legacy-print',
    program: 'stand-in',
    command: () => standIn('kimi-legacy.ts'),
    process: /kimi-legacy/,
    config: chat,
    failure: kimiFailure,
    cannot: { ...copiesNothing, ...oneShot, ...ownModel, ...makesThreads, ...wholeMessages, ...noUsage, ...onlyFull },
  },
  {
    agent: 'grok',
    mode: 'headless',
    program: 'stand-in',
    command: () => standIn('grok-headless.ts'),
    process: /grok-headless/,
    config: chat,
    failure: saysFailure,
    cannot: { ...copiesNothing, ...oneShot, ...ownModel },
  },
  {
    agent: 'vibe',
    mode: 'print',
    program: 'stand-in',
    command: () => standIn('vibe-print.ts'),
    process: /vibe-print/,
    threadChanges: true,
    config: chat,
    failure: saysFailure,
    cannot: { ...copiesNothing, ...oneShot, ...ownModel, ...wholeMessages },
  },
];
