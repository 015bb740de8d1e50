// Which test holds which acceptance row of the MCP door: read from the names of the tests, where "(G 23, G 31)" names two rows. Run as a program it
// writes docs/acceptance-mcp.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { walk } from '../../scripts/lib/walk.mjs';
import { inRoot } from '../../scripts/lib/root.mjs';

/** What each row is about, in a few words; the first is row 1. */
export const rows = [
  'Tools are listed with descriptions, annotations and schemas',
  'The version is that of the package, and `initialize` is quick',
  'Wrong parameters are named, and nothing starts',
  'An answer with all that is known of it, and little added latency',
  "The caller's own id comes back",
  'Failures tell code, words and category; a missing agent how to get it',
  "Claude's permission modes",
  'Contradictions and incomplete agents are refused',
  "Claude's options appear once each",
  "Claude's stream: answer, usage, cost, conversation; an error is no success",
  'Files for output schemas are private and go again',
  'Bad overrides and missing files are named, and nothing starts',
  'Codex goes on with a conversation',
  'What cannot apply to a resumed conversation is a warning',
  "The conversation's id is the agent's own and works",
  "Codex's cached tokens and final message",
  "Gemini's attachments and token counts",
  'Tool lists of Grok and Vibe',
  'Nothing is allowed or chosen by itself',
  'Ids of another gateway are refused',
  'What looks like a flag is text, or refused',
  'A long prompt arrives whole and unseen',
  'Slower than the deadline: a handle, the answer later',
  'A deferred job has one row and counts once',
  'An asynchronous request is a job',
  'Cancelling ends the whole group; twice is refused',
  'Silence ends a turn; limits have bounds',
  'Agents that print only at the end are not silent',
  'Too much output ends the process and fails',
  'A killed agent has failed and is not used again',
  'A job survives the end of the daemon, or is told as orphaned',
  'A finished job is there after a restart',
  'A second door and `doctor` leave jobs alone',
  'The same question is asked once, and the reply says so',
  'Conversations, changed repositories and other folders are other questions',
  'So is another model',
  'Long answers come whole, or in pages with marks',
  '24 MB come whole and in time',
  'What is denied starts nothing and is kept without its words',
  'Approval adds no rights',
  'Findings about the integrity of a review',
  'An empty list of tools allows none',
  'The optimiser leaves code and JSON alone',
  'Sessions are made, listed, chosen, deleted and cleared',
  'Many doors lose no session',
  'Upgrades are a plan first',
  'Models with source and confidence',
  'All look for agents in the same places',
  'Reviewers that are not there are skipped',
  'Verdicts are read in prose; silence agrees with nobody',
  'The report is made anew as jobs end',
  'A judge sees only what is complete',
  'HTTP: who may come in, and how sessions end',
  'HTTP: bounds',
  '`doctor` fits its schema, tells no secret, writes nothing',
  'How far Parley can be reached',
  'The end of input or TERM ends the door, and nothing is left',
  'Each request has its own MCP servers',
  'Secrets are redacted in what is kept',
  'Health of running jobs',
] as const;

export interface NamedTest {
  readonly file: string;
  readonly title: string;
}

/** The title of a test, in its quotes. */
const titles = /\btest\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;

export function testsOfRows(): ReadonlyMap<number, readonly NamedTest[]> {
  const found = new Map<number, NamedTest[]>();
  for (const file of walk('packages', 'apps', 'e2e')) {
    if (!file.endsWith('.test.ts')) continue;
    for (const [, single, double, template] of readFileSync(inRoot(file), 'utf8').matchAll(titles)) {
      const title = single ?? double ?? template ?? '';
      for (const [, row] of title.matchAll(/\bG (\d+)\b/g)) {
        const tests = found.get(Number(row)) ?? [];
        if (!tests.some((one) => one.file === file && one.title === title)) tests.push({ file, title });
        found.set(Number(row), tests);
      }
    }
  }
  return found;
}

export function acceptancePage(): string {
  const found = testsOfRows();
  const byName = (a: NamedTest, b: NamedTest): number => (`${a.file} ${a.title}` < `${b.file} ${b.title}` ? -1 : 1);
  const parts = rows.map((about, index) => {
    const tests = (found.get(index + 1) ?? []).toSorted(byName);
    // As code: a title may hold anything.
    const lines = tests.map(({ file, title }) => `- [${file}](../${file}): \`${title.replaceAll(/`|\\/g, '')}\``);
    return `## ${index + 1}. ${about}\n\n${lines.join('\n')}\n`;
  });
  return `# Acceptance of the MCP door

What users of an MCP server in front of agents count on, as 60 rows, and the tests that hold each. A test names its rows in its title, as in "(G 23)".
Made from the tests by \`npm run ts -- e2e/mcp/acceptance-list.ts\`; a test keeps it true.

${parts.join('\n')}`;
}

if (import.meta.main) writeFileSync(inRoot('docs', 'acceptance-mcp.md'), acceptancePage());
