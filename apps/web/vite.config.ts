// Builds the page into dist/: index.html and hashed assets, which the daemon serves under `default-src 'self'`.

import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: {
    conditions: ['source', ...defaultClientConditions],
    alias: [{ find: /^@parley\/schema$/, replacement: fileURLToPath(new URL('src/app/contract.ts', import.meta.url)) }],
  },
  build: {
    // The first versions with `light-dark()`, on which both themes stand.
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // Inlined files would be `data:` URLs, which the page's security policy does not allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The contract's schemas are made by calls on `z`: where nobody uses one, the call goes too, and Zod with it.
    rolldownOptions: { treeshake: { manualPureFunctions: ['z'] } },
  },
});
