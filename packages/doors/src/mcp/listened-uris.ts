// What a request to listen for changes asks for (`subscriptions/listen`, protocol revision 2026-07-28). The SDK answers it and keeps to
// itself which resources it names.

/** The resources that it names; undefined for every other message. */
export function listenedUris(message: unknown): readonly string[] | undefined {
  if (!isObject(message) || message['method'] !== 'subscriptions/listen') return undefined;
  const params = message['params'];
  const notifications = isObject(params) ? params['notifications'] : undefined;
  if (!isObject(notifications)) return undefined;
  const uris = notifications['resourceSubscriptions'];
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
