// `parley review [what] --agents a,b`: verdicts on a change.

import type { Command } from 'commander';
import { failure } from '@parley/client';
import type { AgentChoice } from '@parley/schema';
import type { Context } from '../commands.ts';
import { agentChoice, agentChoices } from '../consult/agent-choices.ts';
import { conduct } from '../consult/conduct.ts';
import { gitChange } from '../consult/git-change.ts';
import { addSharedOptions, sharedHelp, sharedRequest } from '../consult/options.ts';
import type { SharedOptions } from '../consult/options.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { readPrompt } from '../prompt.ts';

interface ReviewOptions extends SharedOptions {
  readonly agents: readonly AgentChoice[];
  readonly judge?: AgentChoice;
  readonly redTeam?: true;
}

const question =
  'May this change go in as it is? Look for defects, forgotten cases, broken promises of names and comments, missing tests, and risks for those who use it.';

export function define(command: Command, { io, end }: Context): void {
  command
    .description(
      'Ask agents for a verdict on a change, each alone. They read the folder and change nothing.\n' +
        'The change is what git has not committed yet, or what it shows for a revision or range; `-` reads it from standard input.',
    )
    .argument('[what]', 'main, HEAD~3..HEAD, … as `git diff` takes it')
    .requiredOption('-a, --agents <agents>', 'who is asked: codex,claude=opus (agent=model)', agentChoices)
    .option('-j, --judge <agent>', 'who brings the reviews together', agentChoice)
    .option('--red-team', 'reviewers attack it');
  addSharedOptions(command)
    .addHelpText(
      'after',
      sharedHelp +
        examples(
          ['parley review -a codex,claude', 'what is not committed yet'],
          ['parley review main -a codex --focus "error handling"', 'all since main'],
          ['git show abc123 | parley review - -a claude,gemini --judge codex', 'one commit'],
        ),
    )
    .action(async (what: string | undefined, options: ReviewOptions) => {
      const { agents, judge, redTeam } = options;
      const shared = sharedRequest(options, io);
      const material = await changeOf(what, shared.cwd, io);
      const request = {
        kind: redTeam === true ? ('red-team' as const) : ('validate' as const),
        question,
        material,
        reviewers: agents,
        ...(judge !== undefined && { judge }),
        ...shared,
      };
      end(await conduct(request, options, io));
    });
}

async function changeOf(what: string | undefined, cwd: string, io: Io): Promise<string> {
  const change = what === '-' ? await readPrompt(['-'], io, () => {}) : await gitChange(cwd, what, io.env);
  if (change.trim() === '')
    throw await failure('invalid_request', `There is nothing to review: git shows no change in ${cwd}.`);
  return change;
}
