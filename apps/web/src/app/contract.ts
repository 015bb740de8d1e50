// What the page needs of `@parley/schema` at run time (types cost nothing): vite.config.ts puts this in that package's place, because
// the whole of it comes with every schema and with Zod.

export { errorCatalogue, ParleyError } from '../../../../packages/schema/src/error.ts';
