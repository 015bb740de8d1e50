// Resources and prompts that the conformance suites ask for by fixed names.

import { completable, inputRequired, inputResponse, ResourceTemplate } from '@modelcontextprotocol/server';
import type { ContentBlock, GetPromptResult, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { image } from './content.ts';

export function addTestResources(server: McpServer): void {
  const plain = { description: 'For tests', mimeType: 'text/plain' };
  server.registerResource('static-text', 'test://static-text', plain, ({ href: uri }) => ({
    contents: [{ uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }],
  }));
  server.registerResource(
    'static-binary',
    'test://static-binary',
    { description: 'For tests', mimeType: 'image/png' },
    ({ href: uri }) => ({ contents: [{ uri, mimeType: 'image/png', blob: image.data }] }),
  );
  server.registerResource('watched', 'test://watched-resource', plain, ({ href: uri }) => ({
    contents: [{ uri, mimeType: 'text/plain', text: 'Watched.' }],
  }));
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'For tests', mimeType: 'application/json' },
    ({ href: uri }, { id }) => ({
      contents: [
        {
          uri,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
        },
      ],
    }),
  );
}

export function addTestPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'Words' }, () =>
    messages({ type: 'text', text: 'This is a simple prompt for testing.' }),
  );
  const word = completable(z.string(), (begin) => ['paris', 'park', 'party'].filter((one) => one.startsWith(begin)));
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'Words with arguments', argsSchema: z.object({ arg1: word, arg2: z.string() }) },
    ({ arg1, arg2 }) => messages({ type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'A resource', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) =>
      messages(
        { type: 'resource', resource: { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' } },
        { type: 'text', text: 'Please process the embedded resource above.' },
      ),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'An image' }, () =>
    messages(image, { type: 'text', text: 'Please analyze the image above.' }),
  );
  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks first' }, ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'user_context');
    if (given.kind === 'elicit' && given.action === 'accept') {
      return messages({ type: 'text', text: `With the context ${JSON.stringify(given.content)}` });
    }
    const requestedSchema = {
      type: 'object' as const,
      properties: { context: { type: 'string' as const } },
      required: ['context'],
    };
    const message = 'What context should the prompt use?';
    return inputRequired({ inputRequests: { user_context: inputRequired.elicit({ message, requestedSchema }) } });
  });
}

function messages(...contents: readonly ContentBlock[]): GetPromptResult {
  return { messages: contents.map((content) => ({ role: 'user', content })) };
}
