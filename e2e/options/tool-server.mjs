// The smallest MCP server on stdio: one tool, `hello_<first argument>`. Whoever starts it is noted in the file that the second one names.

import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , word, notes] = process.argv;
const name = `hello_${word}`;
if (notes !== undefined) appendFileSync(notes, `${process.ppid} ${word}\n`);
const tool = { name, description: 'Says hello.', inputSchema: { type: 'object', properties: {} } };

/** @param {{ method: string, params: { protocolVersion: string } }} message */
function resultOf({ method, params }) {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name, version: '1.0.0' },
      };
    case 'tools/list':
      return { tools: [tool] };
    case 'tools/call':
      return { content: [{ type: 'text', text: 'hello' }] };
    default:
      return {};
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  if (message.id === undefined) return;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: resultOf(message) })}\n`);
});
