// The server: who asks what is found here, what to answer in script.ts, how it is sent in play.ts.
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dialect } from './conversation.ts';
import { Gates } from './gates.ts';
import { play, sendError, type Outcome } from './play.ts';
import { readBody } from './read-body.ts';
import { checkScenario } from './read-scenario.ts';
import type { CheckedScenario, Scenario } from './scenario.ts';
import { createScript, type Script } from './script.ts';
import { currentTurn } from './turn.ts';
import { inputUsage, tokensOf } from './usage.ts';
import { sendModels } from './wire/models.ts';
import { dialectOf, routeOf } from './wire/route.ts';
import { WIRES } from './wire/wires.ts';

export interface RehearsalOptions {
  /** 0 (the default) takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** As a person writes it or as `loadScenario` gives it; the persona alone when absent. */
  readonly scenario?: Scenario | CheckedScenario;
  /** Milliseconds before each piece of an answer; wins over the scenario's. */
  readonly pace?: number;
  /** Gets one line for each request and each surprise. */
  readonly log?: (line: string) => void;
}

export interface RehearsalRequest {
  /** Counts from 1. */
  readonly id: number;
  readonly method: string;
  readonly path: string;
  /** Without credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** What follows is there for a request of a model's answer only. */
  readonly dialect?: Dialect;
  readonly model?: string;
  readonly person?: string;
  readonly step?: number;
  readonly tools?: readonly string[];
}

export interface RehearsalEvents {
  /** A request is understood and its answer is about to begin. `body` is its JSON; the log does not keep it. */
  request: [request: RehearsalRequest, body: unknown];
  /** An answer begins to wait at a gate. */
  gate: [name: string, request: RehearsalRequest];
  /** An answer is over; `left`: the client went away before its end. */
  answer: [request: RehearsalRequest, outcome: Outcome | 'left'];
}

// Visible streaming without making anybody wait.
const DEFAULT_PACE = 12;
const LONGEST_LOG = 1000;

/**
 * Starts a rehearsal server.
 * @throws ScenarioError for a bad scenario; the system's error when the port is taken.
 */
export async function createRehearsal(options: RehearsalOptions = {}): Promise<RehearsalServer> {
  const scenario = checkScenario(options.scenario ?? {});
  const server = createServer();
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  return new RehearsalServer(server, scenario, options);
}

export class RehearsalServer extends EventEmitter<RehearsalEvents> {
  /** The root, as Anthropic's SDK takes it: `ANTHROPIC_BASE_URL`. */
  readonly anthropicUrl: string;
  /** With `/v1`, as OpenAI's SDK takes it. */
  readonly openaiUrl: string;
  /** The root, as Google's SDK takes it: `GOOGLE_GEMINI_BASE_URL`. */
  readonly geminiUrl: string;
  readonly url: string;

  readonly #server: Server;
  readonly #script: Script;
  readonly #scenarioName: string | undefined;
  readonly #pace: number;
  readonly #log: (line: string) => void;
  readonly #gates = new Gates();
  readonly #closing = new AbortController();
  readonly #requests: RehearsalRequest[] = [];
  #count = 0;

  constructor(server: Server, scenario: CheckedScenario, options: RehearsalOptions) {
    super();
    this.#server = server;
    this.#script = createScript(scenario);
    this.#scenarioName = scenario.name;
    this.#pace = options.pace ?? scenario.pace ?? DEFAULT_PACE;
    this.#log = options.log ?? (() => undefined);
    this.url = rootOf(server, options.host ?? '127.0.0.1');
    this.anthropicUrl = this.url;
    this.openaiUrl = `${this.url}/v1`;
    this.geminiUrl = this.url;
    server.on('request', (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        this.#log(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        response.destroy();
      });
    });
  }

  /** The last requests, oldest first, at most 1000. */
  get requests(): readonly RehearsalRequest[] {
    return this.#requests;
  }

  /** Opens a gate for all that wait at it and all that will come. */
  open(gate: string): void {
    this.#gates.open(gate);
  }

  /** Makes an opened gate hold again. */
  shut(gate: string): void {
    this.#gates.shut(gate);
  }

  /** Resolves as soon as an answer waits at the gate. Give a signal: nothing else ends the waiting. */
  async reached(gate: string, signal?: AbortSignal): Promise<void> {
    while (this.#gates.waitingAt(gate) === 0) await once(this, 'gate', { signal });
  }

  /** Ends all answers in mid-stream and frees the port. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#closing.abort(new Error('the rehearsal server closes'));
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = urlOf(request);
    const path = url.split('?', 1)[0] ?? '/';
    this.#log(`${request.method} ${url}`);
    const route = routeOf(request.method, url);
    if (route?.wants === 'answer') return this.#answer(route.dialect, request, response);
    if (route?.wants === 'count') return this.#countTokens(route.dialect, request, response);
    this.#note(request, path);
    if (path.startsWith('/rehearsal/gates/'))
      return this.#serveGate(request, response, decodeURIComponent(path.slice('/rehearsal/gates/'.length)));
    if (request.method === 'GET' && /^\/v1(beta)?\/models(\/|$)/.test(path)) return sendModels(request, response, path);
    if (/^(GET|HEAD)$/.test(request.method ?? '') && /^\/(api\/hello|rehearsal)?$/.test(path))
      return sendJson(response, 200, this.#whatItIs());
    // Codex's built-in provider tries a WebSocket first; this status makes it fall back at once.
    if (request.headers.upgrade !== undefined)
      return sendJson(response, 426, { error: { message: 'The rehearsal server speaks HTTP only.' } });
    const failure = { status: 404, message: `The rehearsal server has no ${request.method} ${path}.` };
    sendError(response, WIRES[dialectOf(path, request.headers)], failure);
  }

  async #answer(dialect: Dialect, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wire = WIRES[dialect];
    const body = await readBody(request);
    if (body.kind === 'bad') {
      this.#note(request, urlOf(request));
      response.shouldKeepAlive = false;
      return sendError(response, wire, body);
    }
    const conversation = wire.read(body.value, urlOf(request));
    const turn = currentTurn(conversation);
    const noted = this.#note(request, urlOf(request), {
      dialect,
      model: conversation.model,
      person: turn.person,
      step: turn.step,
      tools: conversation.tools.map(({ name }) => name),
    });
    this.emit('request', noted, body.value);

    const left = new AbortController();
    response.on('close', () => left.abort(new Error('the client left')));
    const signal = AbortSignal.any([left.signal, this.#closing.signal]);
    try {
      const outcome = await play(this.#script(conversation, turn), {
        response,
        wire,
        conversation,
        input: inputUsage(conversation, body.bytes),
        pace: this.#pace,
        gates: this.#gates,
        onGate: (name) => queueMicrotask(() => this.emit('gate', name, noted)),
        signal,
      });
      this.emit('answer', noted, outcome);
    } catch (error) {
      if (!signal.aborted) throw error;
      this.emit('answer', noted, 'left');
    }
  }

  async #countTokens(dialect: Dialect, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    this.#note(request, urlOf(request));
    if (body.kind === 'bad') return sendError(response, WIRES[dialect], body);
    const tokens = tokensOf(body.bytes);
    sendJson(response, 200, dialect === 'gemini' ? { totalTokens: tokens } : { input_tokens: tokens });
  }

  #serveGate(request: IncomingMessage, response: ServerResponse, name: string): void {
    if (request.method === 'POST') this.open(name);
    else if (request.method === 'DELETE') this.shut(name);
    sendJson(response, 200, { gate: name, open: this.#gates.isOpen(name), waiting: this.#gates.waitingAt(name) });
  }

  #whatItIs(): object {
    return {
      name: 'parley rehearsal',
      about: 'An offline stand-in for a model server. No intelligence, no network.',
      openaiUrl: this.openaiUrl,
      anthropicUrl: this.anthropicUrl,
      geminiUrl: this.geminiUrl,
      scenario: this.#scenarioName ?? null,
      requests: this.#count,
    };
  }

  #note(request: IncomingMessage, path: string, more: Partial<RehearsalRequest> = {}): RehearsalRequest {
    const noted = { id: ++this.#count, method: request.method ?? '', path, headers: headersOf(request), ...more };
    this.#requests.push(noted);
    if (this.#requests.length > LONGEST_LOG) this.#requests.shift();
    return noted;
  }
}

const CREDENTIALS = new Set(['authorization', 'x-api-key', 'x-goog-api-key', 'cookie', 'proxy-authorization']);

/** Path and query; Google also takes its key there. */
function urlOf(request: IncomingMessage): string {
  return (request.url ?? '/').replace(/([?&]key=)[^&]*/g, '$1[hidden]');
}

function headersOf(request: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      CREDENTIALS.has(name) ? '[hidden]' : [value].flat().join(', '),
    ]),
  );
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function rootOf(server: Server, host: string): string {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the rehearsal server has no port');
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
