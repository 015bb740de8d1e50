// `parley second-opinion <question> --agent x`: what another agent thinks.

import type { Command } from 'commander';
import type { AgentChoice } from '@parley/schema';
import type { Context } from '../commands.ts';
import { agentChoice } from '../consult/agent-choices.ts';
import { conduct, noteTo } from '../consult/conduct.ts';
import { addSharedOptions, sharedHelp, sharedRequest } from '../consult/options.ts';
import type { SharedOptions } from '../consult/options.ts';
import { readAnswers } from '../consult/read-answers.ts';
import { examples } from '../examples.ts';
import { readPrompt } from '../prompt.ts';

interface SecondOpinionOptions extends SharedOptions {
  readonly agent: AgentChoice;
  readonly answer?: string;
}

export function define(command: Command, { io, end }: Context): void {
  command
    .description(
      'Ask another agent for its own view of a question, or of an answer to it. It reads the folder and changes nothing.\n' +
        'The question is the words given, standard input, or both; `-` reads standard input only.',
    )
    .argument('[question...]', 'words; after `--` they may begin with "-"')
    .requiredOption('-a, --agent <agent>', 'who is asked: codex, claude=opus (agent=model)', agentChoice)
    .option('--answer <file>', 'the answer that was given already');
  addSharedOptions(command)
    .addHelpText(
      'after',
      sharedHelp +
        examples(
          ["parley second-opinion 'should this be a queue?' --agent claude", 'its own view'],
          ["parley second-opinion 'why does it hang?' --agent codex --answer claude.md", 'of an answer'],
        ),
    )
    .action(async (words: readonly string[], options: SecondOpinionOptions) => {
      const { agent, answer } = options;
      const question = await readPrompt(words, io, noteTo(options, io));
      const request = {
        kind: 'second-opinion' as const,
        question,
        answers: await readAnswers(answer === undefined ? [] : [answer], io),
        reviewers: [agent],
        ...sharedRequest(options, io),
      };
      end(await conduct(request, options, io));
    });
}
