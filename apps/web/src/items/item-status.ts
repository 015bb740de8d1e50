// How a step ended, in words for the end of its line.

import type { ItemStatus } from '@parley/schema';

export function statusText(status: ItemStatus): string {
  switch (status) {
    case 'running':
    case 'completed':
      return '';
    case 'failed':
      return 'failed';
    case 'declined':
      return 'declined';
    case 'interrupted':
      return 'stopped';
  }
}

export function isBad(status: ItemStatus): boolean {
  return status === 'failed' || status === 'declined';
}
