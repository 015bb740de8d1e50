// The list of models in each vendor's form. Every model name is accepted; the list only has to have one.
import type { IncomingMessage, ServerResponse } from 'node:http';

const MODEL = 'rehearsal';

export function sendModels(request: IncomingMessage, response: ServerResponse, path: string): void {
  const asked = decodeURIComponent(path.split('/')[3] ?? '');
  const isAnthropic = request.headers['anthropic-version'] !== undefined;
  const model = isAnthropic ? anthropicModel(asked || MODEL) : openaiModel(asked || MODEL);
  const list = isAnthropic
    ? { data: [model], has_more: false, first_id: MODEL, last_id: MODEL }
    : // Codex asks its built-in provider for `models` in a form of its own; an empty list makes it use what it knows.
      { object: 'list', data: [model], models: [] };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(asked === '' ? list : model));
}

function openaiModel(id: string): object {
  return { id, object: 'model', created: 0, owned_by: 'parley' };
}

function anthropicModel(id: string): object {
  return { type: 'model', id, display_name: id, created_at: '2000-01-01T00:00:00Z' };
}
