// The policies from the strictest on. (The contract has them too, but its values come with all of its schemas.)

import type { Policy } from '@parley/schema';

export const policies: readonly Policy[] = ['read-only', 'ask', 'edit', 'full'];
