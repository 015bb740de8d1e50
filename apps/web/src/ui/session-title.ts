// What a session is called before its first words have given it a title.

import type { Session } from '@parley/schema';

export function sessionTitle({ title }: Pick<Session, 'title'>): string {
  return title === '' ? 'New session' : title;
}
