// Names whose value is a secret, and values that cannot be one.

/** No name is longer. */
const maxName = 64;

const secret =
  /(?:password|passwd|passphrase|passwort|secret|token|apikey|secretkey|privatekey|accesskey|authkey|signingkey|encryptionkey|accountkey|masterkey|credentials?)$/;
/** `PWD` alone is the shell's folder. */
const short = /^(?:_auth|pwd|Pwd|.*[_-](?:[Pp][Aa][Ss][Ss]|[Pp][Ww][Dd]))$/;
/** In the query of an address these are secrets too. */
const inQuery = /^(?:key|sig|signature|code|auth|hmac|x-(?:amz|goog)-signature|sv|pw|pass)$/i;

/** Whether what is assigned to it is a secret: `OPENAI_API_KEY`, `clientSecret`, `x-api-key`, `db_pass`; not `tokens`, `tokenizer`, `PWD`. */
export function isSecretName(name: string): boolean {
  if (name.length > maxName) return false;
  return secret.test(name.replaceAll(/[-_]/g, '').toLowerCase()) || short.test(name);
}

export function isSecretInQuery(name: string): boolean {
  return isSecretName(name) || inQuery.test(name);
}

const typeName = /^(?:u?int|float|utf|sha|md|[uif])-?\d+(?:array)?$/i;
const number = /^(?:\d{1,5}|\d+\.\d+|0x[\da-f]{1,4})$/i;
const member = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$/;

/** Whether a bare value after a secret's name looks like one, and not like prose, a type or a piece of code. */
export function looksSecret(value: string): boolean {
  if (value.length < 6 || !/[\d!@#%^*+/=~]/.test(value)) return false;
  return !typeName.test(value) && !number.test(value) && !member.test(value);
}

/** Whether a whole line `name=value` of a file gives a secret; `value` can still be another name. */
export function looksAssigned(name: string, value: string): boolean {
  return value.toLowerCase() !== name.toLowerCase() && !member.test(value);
}
