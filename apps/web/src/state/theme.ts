// Light, dark or as the system has it. public/theme.js applies the choice before the first paint.

import { createStore } from './store.ts';
import { keepText, keptText } from './kept.ts';

export type Theme = 'system' | 'light' | 'dark';

const kept = keptText('theme');
export const theme = createStore<Theme>(kept === 'light' || kept === 'dark' ? kept : 'system');

export function setTheme(next: Theme): void {
  theme.set(next);
  keepText('theme', next === 'system' ? undefined : next);
  if (next === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
}
