// Tools that ask the client, its person or its model before they answer: as the suites of both revisions call them. What a tool remembers
// from round to round goes through the state that Parley's own requests use, sealed with the same key.

import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '@parley/schema';
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  inputResponse,
} from '@modelcontextprotocol/server';
import type { ElicitRequestFormParams, McpServer, ServerContext } from '@modelcontextprotocol/server';
import type { Protocol } from '@parley/doors/mcp/http';
import { z } from 'zod';
import { said } from './content.ts';

type State = Parameters<Protocol['codec']['mint']>[0];
type Form = ElicitRequestFormParams['requestedSchema'];

const text = { type: 'string' } as const;
const formOf = (properties: Form['properties'], required = Object.keys(properties)): Form => ({
  type: 'object',
  properties,
  required,
});
export const nameForm = { message: 'What is your name?', requestedSchema: formOf({ name: text }) };
const sampling = (words: string, maxTokens: number) => ({
  messages: [{ role: 'user' as const, content: { type: 'text' as const, text: words } }],
  maxTokens,
});

/** Since 2026-07-28: by replies after which the call comes back. */
export function addReplyingTools(server: McpServer, { codec }: Protocol): void {
  const seal = (word: string) => {
    const state: State = {
      sessionId: newId('session'),
      turnId: newId('turn'),
      after: 0,
      warnings: [word],
      asked: [],
    };
    return codec.mint(state);
  };
  const wordIn = ({ mcpReq }: ServerContext) => mcpReq.requestState<State>()?.warnings[0];

  server.registerTool('test_input_required_result_elicitation', { description: 'Asks a name' }, ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_name', z.object({ name: z.string() }));
    if (given !== undefined) return said(`Hello, ${given.name}!`);
    return inputRequired({ inputRequests: { user_name: inputRequired.elicit(nameForm) } });
  });
  server.registerTool('test_input_required_result_sampling', { description: 'Asks the model' }, ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'capital_question');
    if (given.kind === 'sampling') return said(`The model said: ${JSON.stringify(given.result.content)}`);
    const asked = inputRequired.createMessage(sampling('What is the capital of France?', 100));
    return inputRequired({ inputRequests: { capital_question: asked } });
  });
  server.registerTool('test_input_required_result_list_roots', { description: 'Asks for folders' }, ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'client_roots');
    if (given.kind === 'roots') return said(`The roots are ${given.roots.map(({ uri }) => uri).join(', ')}`);
    return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });
  for (const name of ['test_input_required_result_request_state', 'test_input_required_result_tampered_state']) {
    server.registerTool(name, { description: 'Remembers' }, async (ctx) => {
      if (wordIn(ctx) === 'confirm') return said('state-ok');
      const form = { message: 'Please confirm', requestedSchema: formOf({ ok: { type: 'boolean' } }) };
      return inputRequired({
        inputRequests: { confirm: inputRequired.elicit(form) },
        requestState: await seal('confirm'),
      });
    });
  }
  server.registerTool(
    'test_input_required_result_multiple_inputs',
    { description: 'Asks three things' },
    async (ctx) => {
      const { inputResponses } = ctx.mcpReq;
      const all = ['user_name', 'greeting', 'client_roots'].map((key) => inputResponse(inputResponses, key).kind);
      if (wordIn(ctx) === 'several' && !all.includes('missing')) return said('All answered.');
      return inputRequired({
        inputRequests: {
          user_name: inputRequired.elicit(nameForm),
          greeting: inputRequired.createMessage(sampling('Generate a greeting', 50)),
          client_roots: inputRequired.listRoots(),
        },
        requestState: await seal('several'),
      });
    },
  );
  server.registerTool('test_input_required_result_multi_round', { description: 'Asks twice' }, async (ctx) => {
    const word = wordIn(ctx);
    if (word === 'second') return said('Both steps are done.');
    if (word === 'first') {
      const form = { message: 'Step 2: What is your favorite color?', requestedSchema: formOf({ color: text }) };
      return inputRequired({
        inputRequests: { step2: inputRequired.elicit(form) },
        requestState: await seal('second'),
      });
    }
    const form = { message: 'Step 1: What is your name?', requestedSchema: formOf({ name: text }) };
    return inputRequired({ inputRequests: { step1: inputRequired.elicit(form) }, requestState: await seal('first') });
  });
  server.registerTool('test_input_required_result_capabilities', { description: 'Asks what can be asked' }, (ctx) => {
    const can = capabilitiesOf(ctx);
    return inputRequired({
      inputRequests: {
        ...(can('elicitation') && { user_name: inputRequired.elicit(nameForm) }),
        ...(can('sampling') && { greeting: inputRequired.createMessage(sampling('Generate a greeting', 50)) }),
        ...(can('roots') && { client_roots: inputRequired.listRoots() }),
      },
    });
  });
  server.registerTool('test_missing_capability', { description: 'Needs the model of the client' }, ({ mcpReq }) => {
    if (inputResponse(mcpReq.inputResponses, 'greeting').kind === 'sampling') return said('Greeted.');
    const asked = inputRequired.createMessage(sampling('Generate a greeting', 50));
    return inputRequired({ inputRequests: { greeting: asked } });
  });
  server.registerTool('test_streaming_elicitation', { description: 'Asks in a stream' }, async ({ mcpReq }) => {
    await mcpReq.log('info', 'About to ask');
    if (inputResponse(mcpReq.inputResponses, 'user_name').kind === 'elicit') return said('Thank you.');
    return inputRequired({ inputRequests: { user_name: inputRequired.elicit(nameForm) } });
  });
}

/** Milliseconds in which the client has surely come back. */
const reconnectionMs = 200;

/** Up to 2025-11-25: by requests of the server while the call waits. */
export function addRequestingTools(server: McpServer): void {
  server.registerTool('test_reconnection', { description: 'Answers after its stream is closed' }, async ({ http }) => {
    http?.closeSSE?.();
    await pause(reconnectionMs);
    return said('Here it is.');
  });
  server.registerTool(
    'test_sampling',
    { description: 'Asks the model', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const { content } = await mcpReq.requestSampling(sampling(prompt, 100), { relatedRequestId: mcpReq.id });
      return said(`LLM response: ${'text' in content ? content.text : JSON.stringify(content)}`);
    },
  );
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the person', inputSchema: z.object({ message: z.string() }) },
    async ({ message }, { mcpReq }) => {
      const described = (description: string) => ({ ...text, description });
      const form = formOf({ username: described("User's response"), email: described("User's email address") });
      const filled = await mcpReq.elicitInput({ message, requestedSchema: form }, { relatedRequestId: mcpReq.id });
      return said(`User response: ${JSON.stringify(filled)}`);
    },
  );
  const completed = async ({ mcpReq }: ServerContext, requestedSchema: Form) => {
    const form = { message: 'Please fill this in', requestedSchema };
    const { action, content } = await mcpReq.elicitInput(form, { relatedRequestId: mcpReq.id });
    return said(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`);
  };
  server.registerTool('test_elicitation_sep1034_defaults', { description: 'A form with defaults' }, (ctx) =>
    completed(
      ctx,
      formOf(
        {
          name: { ...text, default: 'John Doe' },
          age: { type: 'integer', default: 30 },
          score: { type: 'number', default: 95.5 },
          status: { ...text, enum: ['active', 'inactive', 'pending'], default: 'active' },
          verified: { type: 'boolean', default: true },
        },
        [],
      ),
    ),
  );
  server.registerTool('test_elicitation_sep1330_enums', { description: 'A form with choices' }, (ctx) => {
    const titled = [
      { const: 'value1', title: 'First Option' },
      { const: 'value2', title: 'Second Option' },
      { const: 'value3', title: 'Third Option' },
    ];
    const options = ['option1', 'option2', 'option3'];
    return completed(
      ctx,
      formOf(
        {
          untitledSingle: { ...text, enum: options },
          titledSingle: { ...text, oneOf: titled },
          legacyEnum: {
            ...text,
            enum: ['opt1', 'opt2', 'opt3'],
            enumNames: ['Option One', 'Option Two', 'Option Three'],
          },
          untitledMulti: { type: 'array', items: { ...text, enum: options } },
          titledMulti: { type: 'array', items: { anyOf: titled } },
        },
        [],
      ),
    );
  });
}

/** What the client says it can do, told with each request. */
function capabilitiesOf({ mcpReq }: ServerContext): (name: string) => boolean {
  const told = Object.entries(mcpReq.envelope ?? {}).find(([key]) => key === CLIENT_CAPABILITIES_META_KEY)?.[1];
  return (name) => typeof told === 'object' && told !== null && name in told;
}
