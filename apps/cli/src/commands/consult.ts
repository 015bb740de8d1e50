// `parley consult <question> --agents a,b`: one question to several agents.

import { Option } from 'commander';
import type { Command } from 'commander';
import { consultKinds } from '@parley/consult';
import type { AgentChoice, ConsultKind } from '@parley/schema';
import type { Context } from '../commands.ts';
import { agentChoice, agentChoices } from '../consult/agent-choices.ts';
import { conduct, noteTo } from '../consult/conduct.ts';
import { addSharedOptions, sharedHelp, sharedRequest } from '../consult/options.ts';
import type { SharedOptions } from '../consult/options.ts';
import { readAnswers } from '../consult/read-answers.ts';
import { examples } from '../examples.ts';
import { readPrompt } from '../prompt.ts';

interface ConsultOptions extends SharedOptions {
  readonly agents?: readonly AgentChoice[];
  readonly judge?: AgentChoice;
  readonly kind: ConsultKind;
  readonly answer?: readonly string[];
}

export function define(command: Command, { io, end }: Context): void {
  command
    .description(
      'Ask several agents the same question, each alone, and see what they agree on. They read the folder and change nothing.\n' +
        'The question is the words given, standard input, or both; `-` reads standard input only.',
    )
    .argument('[question...]', 'words; after `--` they may begin with "-"')
    .option('-a, --agents <agents>', 'who is asked: codex,claude=opus (agent=model)', agentChoices)
    .option('-j, --judge <agent>', 'who brings the answers together, or compares them', agentChoice)
    .addOption(new Option('-k, --kind <kind>', 'what they are asked to do').choices(consultKinds).default('validate'))
    .option('--answer <file...>', 'answers to judge (second-opinion), to compare (compare) or reviews (synthesis)');
  addSharedOptions(command)
    .addHelpText(
      'after',
      sharedHelp +
        examples(
          ["parley consult 'is this migration safe?' -a codex,claude --judge gemini", 'two verdicts, brought together'],
          ["parley consult -k red-team 'the login in src/auth' -a codex,claude", 'what is wrong with it?'],
          ["parley consult -k consensus 'the cache is never stale' -a codex,claude,gemini", 'true or false?'],
          ["parley consult -k compare 'which index?' -j codex --answer a.md b.md", 'compare two answers'],
        ),
    )
    .action(async (words: readonly string[], options: ConsultOptions) => {
      const { agents = [], judge, kind, answer = [] } = options;
      const question = await readPrompt(words, io, noteTo(options, io));
      const answers = await readAnswers(answer, io);
      const request = {
        kind,
        question,
        answers,
        reviewers: agents,
        ...(judge !== undefined && { judge }),
        ...sharedRequest(options, io),
      };
      end(await conduct(request, options, io));
    });
}
