// The list of models in each vendor's form. Every model name is accepted; the list only has to have one.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dialectOf } from './route.ts';

const MODEL = 'rehearsal';

export function sendModels(request: IncomingMessage, response: ServerResponse, path: string): void {
  const asked = decodeURIComponent(path.split('/')[3] ?? '');
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(modelsBody(request, path, asked)));
}

function modelsBody(request: IncomingMessage, path: string, asked: string): object {
  const id = asked || MODEL;
  switch (dialectOf(path, request.headers)) {
    case 'gemini':
      return asked === '' ? { models: [googleModel(id)] } : googleModel(id);
    case 'messages':
      return asked === ''
        ? { data: [anthropicModel(id)], has_more: false, first_id: MODEL, last_id: MODEL }
        : anthropicModel(id);
    case 'responses':
    case 'chat':
      // Codex asks its built-in provider for `models` in a form of its own; an empty list makes it use what it knows.
      return asked === '' ? { object: 'list', data: [openaiModel(id)], models: [] } : openaiModel(id);
  }
}

function openaiModel(id: string): object {
  return { id, object: 'model', created: 0, owned_by: 'parley' };
}

function anthropicModel(id: string): object {
  return { type: 'model', id, display_name: id, created_at: '2000-01-01T00:00:00Z' };
}

function googleModel(id: string): object {
  return {
    name: `models/${id}`,
    version: '1',
    displayName: id,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  };
}
