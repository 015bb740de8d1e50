// What can be read: sessions, models, jobs, consultations, how Parley does, and guides. The addresses are those of llm-cli-gateway where it
// has them. Reading is pure looking: the same tables serve clients that read and those that follow.

import { ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import type { McpServer, ReadResourceResult, Resource } from '@modelcontextprotocol/server';
import { requestTools } from './agents.ts';
import type { Door } from './door.ts';
import { guides } from './guides.ts';
import { openJobs, readUri } from './read-uri.ts';
import { namesNothing } from './tasks/find-task.ts';

const json = 'application/json';

const fixed: readonly Resource[] = [
  {
    uri: 'sessions://all',
    name: 'sessions',
    title: 'All sessions',
    description: 'Conversations of all doors, newest first.',
  },
  {
    uri: 'metrics://performance',
    name: 'performance',
    title: 'Performance',
    description: 'Requests, ends, times and tokens by agent, each counted once.',
  },
  {
    uri: 'metrics://process-health',
    name: 'process-health',
    title: 'What runs now',
    description: 'The daemon and the jobs that run now.',
  },
];

/** `list` never starts a daemon: clients list when they connect. */
export function addResources(server: McpServer, door: Door): void {
  for (const { uri, name, ...about } of fixed) {
    server.registerResource(name, uri, { ...about, mimeType: json }, () => read(door, uri));
  }
  for (const { name, title, description } of guides) {
    const uri = `skills://${name}`;
    server.registerResource(name, uri, { title, description, mimeType: 'text/markdown' }, () => read(door, uri));
  }
  addTemplate(server, door, {
    name: 'sessions-of-agent',
    uri: 'sessions://{cli}',
    title: 'Sessions of one agent',
    description: 'Conversations with one agent, newest first, and the one that is active here.',
    list: () => clis.map((cli) => listed(`sessions://${cli}`, `Sessions of ${cli}`)),
    complete: { cli: completeCli },
  });
  addTemplate(server, door, {
    name: 'models-of-agent',
    uri: 'models://{cli}',
    title: 'Models of one agent',
    description: 'The names of models that an agent knows, where each comes from, its aliases and its usual one.',
    list: () => clis.map((cli) => listed(`models://${cli}`, `Models of ${cli}`)),
    complete: { cli: completeCli },
  });
  const jobIds = async (begin: string) => (await jobs(door)).filter((id) => id.startsWith(begin));
  addTemplate(server, door, {
    name: 'job',
    uri: 'jobs://{jobId}',
    title: 'A job',
    description:
      'Where a job stands, and its answer; of a long answer the first page, which tells where the next one begins.',
    list: async () => {
      door.onListed?.();
      return (await jobs(door)).map((id) => listed(`jobs://${id}`, `Job ${id}`));
    },
    complete: { jobId: jobIds },
  });
  addTemplate(server, door, {
    name: 'job-page',
    uri: 'jobs://{jobId}/{offset}',
    title: 'A page of a job',
    description: 'The same, with the answer from the character `offset` on.',
    complete: { jobId: jobIds },
  });
  addTemplate(server, door, {
    name: 'consultation',
    uri: 'consultations://{id}',
    title: 'A consultation',
    description: 'The report of a consultation as it stands: verdicts, agreement, the judge.',
  });
}

interface Template {
  readonly name: string;
  readonly uri: string;
  readonly title: string;
  readonly description: string;
  readonly list?: () => readonly Resource[] | Promise<readonly Resource[]>;
  readonly complete?: Readonly<Record<string, (begin: string) => string[] | Promise<string[]>>>;
}

function addTemplate(server: McpServer, door: Door, { name, uri, title, description, list, complete }: Template): void {
  const template = new ResourceTemplate(uri, {
    list: list && (async () => ({ resources: [...(await list())] })),
    ...(complete !== undefined && { complete: { ...complete } }),
  });
  server.registerResource(name, template, { title, description, mimeType: json }, ({ href }) => read(door, href));
}

/** A client that reads may start the daemon, as one that calls a tool. */
async function read(door: Door, uri: string): Promise<ReadResourceResult> {
  try {
    const found = await readUri(door, await door.client(), uri);
    if (found !== undefined) return { contents: [{ uri, mimeType: found.mimeType, text: found.text }] };
  } catch (error) {
    if (!namesNothing(error)) throw error;
  }
  throw new ResourceNotFoundError(uri);
}

const clis = requestTools.flatMap(({ name, agent }) => (agent === undefined ? [] : [name]));

function completeCli(begin: string): string[] {
  return clis.filter((cli) => cli.startsWith(begin));
}

function listed(uri: string, title: string): Resource {
  return { uri, name: title, title, mimeType: json };
}

async function jobs(door: Door): Promise<readonly string[]> {
  const client = await door.findClient();
  return client === undefined ? [] : openJobs(await client.sessions());
}
