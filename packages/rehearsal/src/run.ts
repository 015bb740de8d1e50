// What `parley rehearsal` does: starts the server and says how to point an agent at it.
import { createRehearsal, type RehearsalServer } from './rehearsal.ts';
import { loadScenario } from './read-scenario.ts';

export interface RunRehearsalOptions {
  readonly port?: number;
  readonly host?: string;
  /** Path of a scenario file, YAML or JSON. */
  readonly scenario?: string;
  /** Milliseconds before each piece of an answer. */
  readonly pace?: number;
  /** One line of JSON instead of text for people. */
  readonly json?: boolean;
  /** Where the addresses go, a line at a time. */
  readonly print: (text: string) => void;
  /** Where one line for each request goes; nowhere when absent. */
  readonly log?: (line: string) => void;
}

/**
 * Returns once the server listens and the addresses are printed; the caller closes it.
 * @throws ScenarioError for a bad scenario file; the system's error when the port is taken.
 */
export async function runRehearsal(options: RunRehearsalOptions): Promise<RehearsalServer> {
  const { scenario, port, host, pace, log } = options;
  const server = await createRehearsal({
    ...(scenario !== undefined && { scenario: await loadScenario(scenario) }),
    ...(port !== undefined && { port }),
    ...(host !== undefined && { host }),
    ...(pace !== undefined && { pace }),
    ...(log !== undefined && { log }),
  });
  options.print(options.json === true ? asJson(server) : asText(server));
  return server;
}

function asJson({ url, openaiUrl, anthropicUrl, geminiUrl }: RehearsalServer): string {
  return JSON.stringify({ url, openaiUrl, anthropicUrl, geminiUrl, pid: process.pid });
}

function asText({ openaiUrl, anthropicUrl, geminiUrl }: RehearsalServer): string {
  return `Rehearsal model server: offline, no intelligence, any key is accepted.

  OpenAI Responses and Chat Completions   ${openaiUrl}
  Anthropic Messages                      ${anthropicUrl}
  Gemini                                  ${geminiUrl}

Point an agent at it:

  parley run codex --model gpt-5.5 --model-url ${openaiUrl} 'create hello.txt with the text Hi'
  parley run claude --model-url ${anthropicUrl} 'create hello.txt with the text Hi'

or without Parley:

  KEY=any codex exec -m gpt-5.5 -c model_provider=rehearsal -c 'model_providers.rehearsal={name="rehearsal",base_url="${openaiUrl}",env_key="KEY",wire_api="responses"}' 'list the files'
  ANTHROPIC_BASE_URL=${anthropicUrl} ANTHROPIC_API_KEY=any claude -p 'list the files'
`;
}
