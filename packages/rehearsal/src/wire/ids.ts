// Identifiers that look like the vendors' and are unique: clients drop messages whose id they have seen.
import { randomUUID } from 'node:crypto';

export function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}
