// The text in ACP's content blocks.

import { objectIn, stringIn } from '../shared/json.ts';

/** The text of a content block; undefined where it has none (pictures, sound). */
export function textOf(content: unknown): string | undefined {
  const block = objectIn(content);
  switch (block['type']) {
    case 'text':
      return stringIn(block['text']);
    case 'resource_link':
      return stringIn(block['uri']);
    case 'resource':
      return stringIn(objectIn(block['resource'])['text']) ?? stringIn(objectIn(block['resource'])['uri']);
    default:
      return undefined;
  }
}
