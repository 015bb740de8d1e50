// Debian's Chromium for the tests, started so that it makes no connection of its own.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const executablePath = process.env['PARLEY_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why there is no browser to test with, or undefined. `scripts/chromium.mjs` installs one; `PARLEY_CHROMIUM` names another. */
export const missingBrowser = existsSync(executablePath) ? undefined : `there is no ${executablePath}`;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
