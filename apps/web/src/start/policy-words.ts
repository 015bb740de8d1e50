// The policies in a person's words.

import type { Policy } from '@parley/schema';

export const policyWords: Readonly<Record<Policy, { readonly name: string; readonly meaning: string }>> = {
  'read-only': { name: 'Read only', meaning: 'Reads and answers. Whatever would change something is denied.' },
  ask: { name: 'Ask', meaning: 'Asks you before commands and edits, unless they are harmless.' },
  edit: { name: 'Edit', meaning: 'Edits files in the folder by itself and asks for the rest.' },
  full: { name: 'Full', meaning: 'Asks nothing. Only in folders that the configuration allows.' },
};
