// One MCP server for one connection: its name, what it tells clients about itself, and its tools.

import { createRequestStateCodec, McpServer } from '@modelcontextprotocol/server';
import { addApprovalTools } from './approval-tools.ts';
import type { Door } from './door.ts';
import { addJobTools } from './job-tools.ts';
import { addMachineTools } from './machine-tools.ts';
import type { AwaitedTurn } from './caller.ts';
import { addRequestTools } from './request-tools.ts';
import { addSessionTools } from './session-tools.ts';

const instructions = [
  'Parley asks coding agents on this machine: claude, codex, gemini, grok, mistral, opencode, kimi, or any that speaks ACP.',
  '<agent>_request waits for the answer; when it takes longer than the deadline it replies with a jobId and the work goes on.',
  '<agent>_request_async replies with a jobId at once. Come back with llm_job_watch, llm_job_status and llm_job_result, also hours later.',
  'Give workingDir. A request makes a new session unless sessionId, resumeLatest or an active session says otherwise.',
  'An agent that may not do something by itself asks: see approval_list. Ask your person before you answer for them.',
].join('\n');

/** Seconds that a person has for a form: longer than any approval waits. */
const roundSeconds = 24 * 3600;

/** For a connection of either era: 2025 (`initialize`), or 2026-07-28 and later (everything in each request). */
export function createServer(door: Door, era: 'legacy' | 'modern', version: string): McpServer {
  // Only this process ever reads what it has sealed.
  const key = crypto.getRandomValues(new Uint8Array(32));
  const codec = createRequestStateCodec<AwaitedTurn>({ key, ttlSeconds: roundSeconds });
  const server = new McpServer(
    { name: 'parley', title: 'Parley', version },
    { capabilities: { tools: {} }, instructions, requestState: { verify: codec.verify } },
  );
  const protocol = { era, codec };
  addRequestTools(server, door, protocol);
  addJobTools(server, door, protocol);
  addSessionTools(server, door);
  addApprovalTools(server, door);
  addMachineTools(server, door);
  return server;
}
