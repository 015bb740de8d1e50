// Builds the page into dist/: index.html and hashed assets, which the daemon serves under a policy that allows nothing inline.

import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';
import type { Plugin } from 'vite';

const errorFile = fileURLToPath(new URL('../../packages/schema/src/error.ts', import.meta.url));

/**
 * What the page needs of `@parley/schema` at run time is the error class and the catalogue (types cost nothing). The whole of it comes
 * with every schema and with Zod: 31 kB compressed against 2.
 */
const contract: Plugin = {
  name: 'parley-contract',
  enforce: 'pre',
  resolveId: (id) => (id === '@parley/schema' ? '\0parley-contract' : undefined),
  load: (id) =>
    id === '\0parley-contract'
      ? `export { errorCatalogue, ParleyError } from ${JSON.stringify(errorFile)};`
      : undefined,
};

export default defineConfig({
  plugins: [contract, react(), tailwindcss()],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    // The first versions with `light-dark()`, on which both themes stand.
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // Inlined files would be `data:` URLs, which the page's security policy does not allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Schemas are made by calls on `z`: where nobody uses one, the call goes too, and Zod with it.
    rolldownOptions: { treeshake: { manualPureFunctions: ['z'] } },
  },
});
