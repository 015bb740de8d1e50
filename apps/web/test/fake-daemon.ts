// A daemon without agents, for this page's tests: serves dist/ under the real security policy and plays scripted turns over the API.

import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { errorBody, errorCatalogue } from '@parley/schema';
import type {
  AgentView,
  ApprovalAnswer,
  ClientFrame,
  CreateConsultation,
  CreateSession,
  ServerFrame,
  Session,
  SessionId,
  SubmitTurn,
  TurnId,
  UpdateSession,
} from '@parley/schema';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { FakeConsultations } from './fake-consultations.ts';
import { FakeSessions, Refusal } from './fake-sessions.ts';

/** As the daemon sends it: nothing inline, nothing from elsewhere. */
export const securityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

const capabilities = {
  steer: 'native',
  interrupt: true,
  resume: true,
  fork: true,
  approvals: true,
  questions: true,
  images: false,
  models: true,
  deltas: true,
  reasoning: true,
  usage: true,
  cost: false,
} as const;

const agents: AgentView[] = [
  {
    name: 'codex',
    title: 'Codex',
    installed: true,
    version: '0.169.0',
    provenVersion: '0.169.0',
    path: '/opt/codex',
    backend: { kind: 'rehearsal', detail: '' },
    modes: ['app-server'],
    loginHint: 'Run `codex login`, or set OPENAI_API_KEY',
    capabilities,
    installable: { package: '@openai/codex', version: '0.169.0' },
  },
  {
    name: 'claude',
    title: 'Claude Code',
    installed: false,
    provenVersion: '2.1.329',
    backend: { kind: 'rehearsal', detail: '' },
    modes: ['app-server'],
    loginHint: 'Run `codex login`, or set OPENAI_API_KEY',
    capabilities,
    installable: { package: '@anthropic-ai/claude-code', version: '2.1.329' },
  },
];

export interface FakeDaemon {
  readonly url: string;
  readonly port: number;
  readonly sessions: FakeSessions;
  readonly consultations: FakeConsultations;
  readonly agents: AgentView[];
  /** While false, every call answers 401. */
  paired: boolean;
  /** While true, every request is cut as if the daemon were gone. */
  gone: boolean;
  /** Requests are let in but their connection is cut before the answer, so often. */
  cutAnswers: number;
  /** Ends all WebSocket connections. */
  cut(): void;
  /** The next WebSocket connection is there, on this side too. */
  joined(): Promise<void>;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1, on a free port. `dist` is the folder of the built page. */
export async function startFakeDaemon(dist: string): Promise<FakeDaemon> {
  const sessions = new FakeSessions();
  const consultations = new FakeConsultations();
  const server = createServer((request, response) => void answer(request, response));
  const sockets = new WebSocketServer({ noServer: true });
  const arrivals = new EventEmitter();
  const daemon = { sessions, consultations, agents: structuredClone(agents), paired: true, gone: false, cutAnswers: 0 };

  server.on('upgrade', (request, socket, head) => {
    if (daemon.gone || !daemon.paired) socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    else
      sockets.handleUpgrade(request, socket, head, (opened) => {
        attach(opened, sessions, consultations);
        arrivals.emit('joined');
      });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (daemon.gone) return void request.socket.destroy();
    response.setHeader('content-security-policy', securityPolicy);
    if (!url.pathname.startsWith('/api/')) return serveFile(url.pathname, response);
    try {
      if (url.pathname === '/api/pair') return reply(response, ...(await pair(request)));
      if (!daemon.paired) return reply(response, 401, { error: errorBody('unauthenticated', 'No credential.') });
      if (url.pathname.endsWith('/install')) return await install(response);
      const result = await route(request.method ?? 'GET', url, await body(request));
      if (daemon.cutAnswers > 0) {
        daemon.cutAnswers--;
        return void request.socket.destroy();
      }
      reply(response, 200, result);
    } catch (error) {
      const refused =
        error instanceof Refusal ? errorBody(error.code, error.message) : errorBody('internal', String(error));
      reply(response, errorCatalogue[refused.code].status, { error: refused });
    }
  }

  async function pair(request: IncomingMessage): Promise<[number, unknown]> {
    const { code } = (await body(request)) as { code: string };
    if (code !== 'good') return [403, { error: errorBody('pairing_code_invalid', 'This code is not valid any more.') }];
    daemon.paired = true;
    return [200, {}];
  }

  async function install(response: ServerResponse): Promise<void> {
    response.setHeader('content-type', 'application/x-ndjson');
    for (const text of ['Fetching the package', 'Unpacking 212 MB', 'Checking the version']) {
      response.write(`${JSON.stringify({ text })}\n`);
      await new Promise((resolve) => setTimeout(resolve, sessions.pace * 10));
    }
    daemon.agents[1] = { ...daemon.agents[1], installed: true, version: '2.1.329' } as AgentView;
    response.end(`${JSON.stringify({ text: 'Installed.', done: true })}\n`);
  }

  async function route(method: string, url: URL, given: unknown): Promise<unknown> {
    const [, , thing, id, part, last] = url.pathname.split('/').map(decodeURIComponent);
    const sessionId = id as SessionId;
    switch (`${method} ${thing}${id === undefined ? '' : '/:id'}${part === undefined ? '' : `/${part}`}`) {
      case 'GET agents':
        return { agents: daemon.agents };
      case 'GET daemon':
        return {};
      case 'GET folders':
        return folders(url.searchParams.get('path'));
      case 'GET consultations':
        return { consultations: consultations.summaries() };
      case 'POST consultations':
        return consultations.create(given as CreateConsultation);
      case 'GET consultations/:id':
        return consultations.get(id ?? '');
      case 'POST consultations/:id/interrupt':
        return consultations.interrupt(id ?? '');
      case 'DELETE consultations/:id':
        return consultations.remove(id ?? '');
      case 'POST sessions':
        return sessions.create(given as CreateSession);
      case 'GET sessions/:id':
        return sessions.get(sessionId);
      case 'PATCH sessions/:id': {
        const { title, policy, model } = given as UpdateSession;
        sessions.emit(sessionId, {
          type: 'session.updated',
          ...(title === undefined ? {} : { title }),
          ...(policy === undefined ? {} : { policy }),
        });
        return sessions.update(sessionId, {
          ...(policy === undefined ? {} : { policy }),
          ...(model === undefined ? {} : { model }),
        });
      }
      case 'DELETE sessions/:id':
        return sessions.remove(sessionId);
      case 'POST sessions/:id/fork': {
        const { agent, cwd, policy, title } = sessions.get(sessionId);
        const copy = { agent, cwd, policy, title: `${title} (fork)` };
        return sessions.create(copy, { forkOf: { sessionId, threadId: 'thread' } });
      }
      case 'POST sessions/:id/turns':
        return sessions.submit(sessionId, given as SubmitTurn);
      case 'POST sessions/:id/interrupt':
        return sessions.interrupt(sessionId);
      case 'DELETE sessions/:id/queue':
        return sessions.cancelQueued(sessionId, last as TurnId);
      case 'POST approvals/:id':
        return sessions.answer(id ?? '', given as ApprovalAnswer);
      default:
        throw new Refusal('unknown_route', `${method} ${url.pathname}`);
    }
  }

  async function serveFile(path: string, response: ServerResponse): Promise<void> {
    const file = extname(path) === '' ? 'index.html' : normalize(path);
    try {
      const content = await readFile(join(dist, file));
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(daemon, {
    port,
    url: `http://127.0.0.1:${port}`,
    cut: () => {
      for (const socket of sockets.clients) socket.terminate();
    },
    joined: async () => void (await once(arrivals, 'joined')),
    close: async () => {
      for (const running of sessions.running.values()) running.stop.abort();
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function attach(socket: WebSocket, sessions: FakeSessions, consultations: FakeConsultations): void {
  const subscribed = new Set<SessionId>();
  let watching = false;
  const send = (frame: ServerFrame) => socket.send(JSON.stringify(frame));
  const onEvents: Parameters<typeof sessions.eventListeners.add>[0] = (sessionId, events) => {
    if (subscribed.has(sessionId)) send({ type: 'events', sessionId, events });
  };
  const onSession = (session: Session | undefined, sessionId: SessionId) => {
    if (watching) send(session === undefined ? { type: 'session-deleted', sessionId } : { type: 'session', session });
  };
  sessions.eventListeners.add(onEvents);
  sessions.sessionListeners.add(onSession);
  socket.on('close', () => {
    sessions.eventListeners.delete(onEvents);
    sessions.sessionListeners.delete(onSession);
  });
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as ClientFrame;
    switch (frame.type) {
      case 'watch':
        watching = true;
        return send({ type: 'sessions', sessions: [...sessions.sessions.values()] });
      case 'ping':
        return send({ type: 'pong' });
      case 'watch-consultation':
        return consultations.watch(frame.consultationId, socket, (report) => send({ type: 'consultation', report }));
      case 'unwatch-consultation':
        return consultations.unwatch(frame.consultationId, socket);
      case 'unsubscribe':
        return void subscribed.delete(frame.sessionId);
      case 'subscribe': {
        const { sessionId, after } = frame;
        const stored = sessions.sessions.has(sessionId) ? sessions.events.get(sessionId) : undefined;
        if (stored === undefined)
          return send({
            type: 'error',
            sessionId,
            error: errorBody('unknown_session', `There is no session ${sessionId}.`),
          });
        subscribed.add(sessionId);
        send({ type: 'subscribed', sessionId, head: stored.at(-1)?.seq ?? 0 });
        const events = stored.filter(({ seq }) => seq > after);
        if (events.length > 0) send({ type: 'events', sessionId, events });
      }
    }
  });
}

const tree: Readonly<Record<string, readonly string[]>> = {
  '/': ['home', 'work'],
  '/home': ['ada'],
  '/home/ada': ['.config', 'notes', 'projects'],
  '/home/ada/projects': ['compiler', 'parley', 'website'],
  '/code': ['project', 'proxy'],
  '/code/project': ['src', 'test'],
};

function folders(asked: string | null): unknown {
  const path = asked ?? '/home/ada';
  const inside = tree[path];
  if (inside === undefined) throw new Refusal('folder_missing', `${path} is not a folder.`);
  return { path, folders: inside, ...(path === '/' ? {} : { parent: path.slice(0, path.lastIndexOf('/')) || '/' }) };
}

async function body(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(value === undefined ? '' : JSON.stringify(value));
}
