// Prompts: what a person picks from a menu of the client to have the assistant work with other agents. Each becomes one message in the
// person's name.

import { policies } from '@parley/schema';
import { completable } from '@modelcontextprotocol/server';
import type { GetPromptResult, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { requestTools } from './agents.ts';

const clis = requestTools.flatMap(({ name, agent }) => (agent === undefined ? [] : [name]));

const words = (meaning: string) => z.string().min(1).max(50_000).describe(meaning);
const folder = z
  .string()
  .min(1)
  .max(4096)
  .describe('Folder to work in; absent: the one that you work in.')
  .exactOptional();

/** One agent, completed. */
const cli = completable(
  z
    .string()
    .min(1)
    .max(100)
    .describe(`The agent: ${clis.join(', ')}.`),
  (begin) => clis.filter((name) => name.startsWith(begin)),
);

/** Several, with commas between them: the last one is completed. */
const several = completable(
  z.string().max(1000).describe('Agents, with commas between them; absent: all that are installed and have a model.'),
  (value) => {
    const chosen = value.split(',').map((name) => name.trim());
    const begin = chosen.pop() ?? '';
    return clis
      .filter((name) => name.startsWith(begin) && !chosen.includes(name))
      .map((name) => [...chosen, name].join(','));
  },
).exactOptional();

const policy = completable(z.enum(policies).describe('What it may do without asking.'), (begin) =>
  policies.filter((name) => name.startsWith(begin)),
).exactOptional();

const honest =
  'Tell me who answered and who did not, where they agree, where they disagree, and which claims you have checked yourself. Silence is not agreement.';

export function addPrompts(server: McpServer): void {
  server.registerPrompt(
    'second-opinion',
    {
      title: 'Second opinion',
      description: 'Ask other agents about a question or about your own answer, and compare.',
      argsSchema: z.object({
        question: words('The question, or the answer that is to be judged.'),
        agents: several,
        folder,
      }),
    },
    ({ question, agents, folder: cwd }) =>
      said(
        'Get a second opinion from other agents with the tool second_opinion of Parley.',
        chosen(agents, cwd),
        'Give them the question as it stands, without what you or I think about it.',
        honest,
        `The question:\n\n${question}`,
      ),
  );
  server.registerPrompt(
    'red-team',
    {
      title: 'Red-team review',
      description: 'Have other agents look for what is wrong with a plan, a text or a piece of code.',
      argsSchema: z.object({
        subject: words('What is to be attacked: a plan, a text, files.'),
        agents: several,
        folder,
      }),
    },
    ({ subject, agents, folder: cwd }) =>
      said(
        'Have other agents attack this with the tool red_team_review of Parley, read-only.',
        chosen(agents, cwd),
        'Ask for ways in which it fails, each with the evidence: file and line, a command, an input. Sort what they find by how bad it is.',
        honest,
        `The subject:\n\n${subject}`,
      ),
  );
  server.registerPrompt(
    'review-changes',
    {
      title: 'Review of my changes',
      description: 'Have other agents review what has changed in a repository.',
      argsSchema: z.object({
        base: z
          .string()
          .min(1)
          .max(200)
          .describe('What to compare with, for example `main`; absent: what is not committed.')
          .exactOptional(),
        agents: several,
        folder,
      }),
    },
    ({ base, agents, folder: cwd }) =>
      said(
        `Have other agents review ${base === undefined ? 'what is not committed' : `the changes since ${base}`} with <agent>_request_async of Parley and policy "read-only".`,
        chosen(agents, cwd),
        'Give each the same prompt: which changes to look at (they can run git themselves), to look for mistakes, missing tests and broken promises of the interface, and to end with "Verdict: APPROVE" or "Verdict: REJECT". Wait for them with llm_job_watch.',
        honest,
      ),
  );
  server.registerPrompt(
    'delegate',
    {
      title: 'Delegate a task',
      description: 'Give a task to another agent and come back for the result.',
      argsSchema: z.object({ task: words('What is to be done.'), agent: cli, policy, folder }),
    },
    ({ task, agent, policy: may, folder: cwd }) =>
      said(
        `Give this task to ${agent} with ${toolOf(agent)}_request_async of Parley.`,
        chosen(undefined, cwd),
        may === undefined ? 'Leave the policy as it is configured.' : `Use policy "${may}".`,
        'Write the prompt so that it can be understood without this conversation: the goal, where to look, how to see that it is done. Wait with llm_job_watch; when the agent asks for something, ask me. Then look at what it has changed and tell me what you think of it.',
        `The task:\n\n${task}`,
      ),
  );
}

function chosen(agents: string | undefined, folder: string | undefined): string {
  const who = agents === undefined || agents.trim() === '' ? '' : `Ask these: ${agents}. `;
  return `${who}${folder === undefined ? 'As workingDir give the folder that you work in.' : `workingDir is ${folder}.`}`;
}

/** `acp:<name>` is asked with `acp_request`. */
function toolOf(agent: string): string {
  return agent.startsWith('acp:') ? 'acp' : agent;
}

function said(...paragraphs: readonly string[]): GetPromptResult {
  return { messages: [{ role: 'user', content: { type: 'text', text: paragraphs.join('\n\n') } }] };
}
