// Reports are pasted into issues: no e-mail address, no password and no key in an address.

const email = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const userInUrl = /(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@]+@/gi;
const secretInQuery = /([?&#][^=\s&#]*(?:key|token|secret|password|code|auth|sig)[^=\s&#]*=)[^\s&#"']+/gi;

/** The same value with every text in it cleaned. */
export function withoutPrivate<Value>(value: Value): Value {
  // The shape stays: only texts change.
  return clean(value) as Value;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replaceAll(userInUrl, '$1…@').replaceAll(secretInQuery, '$1…').replaceAll(email, '…@…');
  if (Array.isArray(value)) return value.map((each) => clean(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, clean(each)]));
}
