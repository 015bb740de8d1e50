// What a connection of the revisions up to 2025-11-25 is told without asking each time: changes of the resources that it subscribes to and of
// their list, of its tasks, and what goes to its log. Later revisions ask for each in a request.

import type { McpServer } from '@modelcontextprotocol/server';
import { isOpen } from '@parley/schema';
import type { TurnId } from '@parley/schema';
import type { Door } from './door.ts';
import { factsOf } from './tasks/find-task.ts';
import { taskOf } from './tasks/task-of.ts';

/** Subscriptions of one connection: more is a mistake of the client. */
const maxSubscriptions = 1000;

export function addConnectionTalk(
  { server }: McpServer,
  door: Door,
  follow: (uris: readonly string[]) => () => void,
): void {
  const subscribed = new Map<string, () => void>();
  server.setRequestHandler('resources/subscribe', ({ params }) => {
    if (!subscribed.has(params.uri) && subscribed.size < maxSubscriptions) {
      subscribed.set(params.uri, follow([params.uri]));
    }
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscribed.get(params.uri)?.();
    subscribed.delete(params.uri);
    return {};
  });
  const tasks = new Map<string, () => void>();
  door.onTask = (id) => {
    const uri = `jobs://${id}`;
    tasks.get(uri)?.();
    tasks.set(uri, follow([uri]));
  };
  const tellTask = async (uri: string) => {
    const facts = await factsOf(await door.client(), uri.slice('jobs://'.length) as TurnId);
    if (!isOpen(facts.turn)) {
      tasks.get(uri)?.();
      tasks.delete(uri);
    }
    await server.notification({ method: 'notifications/tasks/status', params: taskOf(facts) });
  };
  door.onUpdated = (uri) => {
    // Nobody may be connected any more; then nobody wants to know.
    if (subscribed.has(uri)) server.sendResourceUpdated({ uri }).catch(() => {});
    if (tasks.has(uri)) tellTask(uri).catch(() => {});
  };
  let listing: (() => void) | undefined;
  // Who has looked at the list wants to know when it is another one.
  door.onListed = () => void (listing ??= follow([]));
  door.onNote = (data) => {
    server.sendLoggingMessage({ level: 'warning', logger: 'parley', data }).catch(() => {});
  };
  server.onclose = () => {
    for (const stop of subscribed.values()) stop();
    for (const stop of tasks.values()) stop();
    listing?.();
  };
}
