// One MCP server for one connection: its name, what it tells clients about itself, and its tools, resources and prompts.

import { McpServer } from '@modelcontextprotocol/server';
import { addApprovalTools } from './approval-tools.ts';
import type { Protocol } from './caller.ts';
import type { Door } from './door.ts';
import { addForkTools } from './fork-tools.ts';
import { addJobTools } from './job-tools.ts';
import { addModelTools } from './model-tools.ts';
import { addUpgradeTool } from './upgrade-tool.ts';
import { addMachineTools } from './machine-tools.ts';
import { addConsultTools } from './consult-tools.ts';
import { addConnectionTalk } from './connection-talk.ts';
import { addPrompts } from './prompts.ts';
import { addRequestTools } from './request-tools.ts';
import { addResources } from './resources.ts';
import { addSessionTools } from './session-tools.ts';
import { addConnectionTasks } from './tasks/connection-tasks.ts';
import { addTasksExtension } from './tasks/extension.ts';

const instructions = [
  'Parley asks coding agents on this machine: claude, codex, gemini, grok, mistral, opencode, kimi, or any that speaks ACP.',
  '<agent>_request waits for the answer; when it takes longer than the deadline it replies with a jobId and the work goes on.',
  '<agent>_request_async replies with a jobId at once. Come back with llm_job_watch, llm_job_status and llm_job_result, also hours later.',
  'Give workingDir. A request makes a new session unless sessionId, resumeLatest or an active session says otherwise.',
  'Several at once, with their verdicts and what they agree on: validate_with_models, red_team_review, consensus_check, second_opinion; come back with validation_report.',
  'An agent that may not do something by itself asks: see approval_list. Ask your person before you answer for them.',
].join('\n');

export interface ServerOptions {
  /** Of Parley. */
  readonly version: string;
  readonly extend?: Extend;
  /** Follows changes of these resources, and of their list, for this connection; returns what ends it. */
  readonly follow: (uris: readonly string[]) => () => void;
}

/** More tools, resources and prompts, beside Parley's own. */
export type Extend = (server: McpServer, door: Door, protocol: Protocol) => void;

/** For a connection of either era: 2025 (`initialize`), or 2026-07-28 and later (everything in each request). */
export function createServer(door: Door, protocol: Protocol, { version, extend, follow }: ServerOptions): McpServer {
  const server = new McpServer(
    { name: 'parley', title: 'Parley', version },
    {
      capabilities: {
        tools: { listChanged: false },
        prompts: { listChanged: false },
        resources: { subscribe: true, listChanged: true },
        logging: {},
      },
      instructions,
      requestState: { verify: protocol.codec.verify },
    },
  );
  addRequestTools(server, door, protocol);
  if (door.options.agents?.has('codex') !== false) addForkTools(server, door, protocol);
  addJobTools(server, door, protocol);
  addConsultTools(server, door);
  addSessionTools(server, door);
  addApprovalTools(server, door);
  addMachineTools(server, door);
  addModelTools(server, door);
  addUpgradeTool(server, door);
  addResources(server, door);
  addPrompts(server);
  if (protocol.era === 'legacy') {
    addConnectionTalk(server, door, follow);
    addConnectionTasks(server, door, protocol);
  } else addTasksExtension(server, door);
  extend?.(server, door, protocol);
  return server;
}
