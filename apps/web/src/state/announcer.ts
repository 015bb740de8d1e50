// Words for the polite live region. A new text replaces the one before.

import { createStore } from './store.ts';

export const announcement = createStore('');

export function say(text: string): void {
  announcement.set(text);
}
