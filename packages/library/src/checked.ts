// What callers give, checked by the schemas of the contract: in a program there is no server in between that would.

import { ParleyError } from '@parley/schema';

interface Schema<Value> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: Value }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

/** The value, if it fits. An entry that is undefined counts as absent. Throws `invalid_request` naming the field. */
export function checked<Value>(schema: Schema<Value>, value: object): Value {
  const given = Object.fromEntries(Object.entries(value).filter((entry) => entry[1] !== undefined));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  const what = issue?.message ?? 'not valid';
  throw new ParleyError('invalid_request', field === '' ? what : `"${field}": ${what}`, { field });
}
