// Pictures of the page for people to look at, into artifacts/web: `node --conditions=source apps/web/test/screenshots.ts [desktop-dark]`.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SessionState } from '@parley/schema';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { startFakeDaemon } from './fake-daemon.ts';
import type { FakeDaemon } from './fake-daemon.ts';

const folder = fileURLToPath(new URL('../../../artifacts/web', import.meta.url));
const screens: Readonly<Record<string, BrowserContextOptions>> = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

async function story(page: Page, daemon: FakeDaemon, picture: (name: string) => Promise<unknown>): Promise<void> {
  const conversation = page.getByRole('region', { name: 'Conversation' });
  const composer = page.getByRole('textbox', { name: /^(What should|Message|Add to)/ });
  const allow = page.getByRole('button', { name: 'Allow', exact: true });
  const scrollTo = (top: number) => conversation.evaluate((column, to) => column.scrollTo(0, to), top);

  await page.goto(daemon.url);
  await page.getByRole('radio', { name: /Codex/ }).waitFor();
  await picture('01-new');
  await page.getByRole('combobox', { name: 'Folder' }).fill('/code/p');
  await page.getByRole('option', { name: 'proxy' }).waitFor();
  await picture('02-folder');
  await page.getByRole('option', { name: 'project' }).click();
  await page.keyboard.press('Escape');
  await composer.fill('Make the tests faster. They take a minute, and most of it is waiting.');
  await composer.press('Enter');
  await allow.waitFor();
  await picture('03-approval');
  await composer.fill('And keep the old port as the default, please.');
  await page.getByRole('button', { name: 'How to send' }).click();
  await picture('04-how-to-send');
  await page.getByRole('menuitem', { name: /Queue/ }).click();
  await page.getByRole('region', { name: 'Queue' }).waitFor();
  await picture('05-queue');
  await allow.click();
  await conversation.getByText('Nothing else was touched').waitFor();
  await allow.waitFor();
  await page.keyboard.press('Escape');
  await conversation.getByText('Stopped', { exact: true }).waitFor();
  await scrollTo(0);
  await picture('06-turn');
  await page
    .getByRole('button', { name: /^File: Edited/ })
    .first()
    .click();
  await page
    .getByRole('button', { name: /^Command: npm test/ })
    .first()
    .click();
  await picture('07-opened');
  await conversation.locator('.prose-parley').getByText('What changed').scrollIntoViewIfNeeded();
  await picture('08-answer');
  await composer.fill('this will fail');
  await composer.press('Enter');
  await conversation.getByText('The model server answered 503 four times.').waitFor();
  await composer.fill('a question');
  await composer.press('Enter');
  await conversation.getByText('Which database?', { exact: true }).waitFor();
  await picture('09-question');
  await page.getByRole('button', { name: 'Session settings' }).click();
  await picture('10-settings');
  await page.keyboard.press('Escape');
  const drawer = page.getByRole('button', { name: 'Sessions', exact: true });
  if (await drawer.isVisible()) {
    await drawer.click();
    await picture('11-sessions');
    await page.keyboard.press('Escape');
  }
  await page.goto(`${daemon.url}/consult`);
  await page.getByRole('textbox', { name: 'What is to be reviewed?' }).fill('Is the lock released on every path?');
  await picture('14-consult');
  const { id } = daemon.consultations.create({
    kind: 'validate',
    question: 'Is the lock released on every path of src/lock.ts, also when a reader is interrupted?',
    cwd: '/code/project',
    reviewers: [{ agent: 'codex' }, { agent: 'claude', model: 'opus' }],
    judge: { agent: 'codex' },
  });
  daemon.consultations.answer(id, 'A', 'approve', 'It is released **in a finally**, and the file is closed after it.');
  await page.goto(`${daemon.url}/c/${id}`);
  await page.getByText('So far').waitFor();
  await picture('15-consultation');
  daemon.consultations.answer(id, 'B', 'reject', 'Not when `open` throws: the lock is taken before the `try`.');
  await page.getByText('They disagree', { exact: true }).waitFor();
  await picture('16-disagreement');
  daemon.gone = true;
  daemon.cut();
  await page.getByText('Reconnecting …').waitFor();
  await picture('12-away');
  daemon.gone = false;
  daemon.paired = false;
  await page.getByRole('heading', { name: 'This browser is not paired' }).waitFor();
  await picture('13-not-paired');
}

function seed(daemon: FakeDaemon): void {
  const hour = 3_600_000;
  const earlier: readonly (readonly [title: string, cwd: string, agent: string, state: SessionState, ago: number])[] = [
    ['Explain the retry logic', '/code/proxy', 'claude', 'idle', 26 * hour],
    ['Migrate to the new config format, with a long title', '/home/ada/projects/website', 'codex', 'failed', 5 * hour],
    ['Which tests are flaky?', '/code/project', 'codex', 'idle', 2 * hour],
    ['Add a dark theme', '/home/ada/projects/compiler', 'claude', 'waiting', hour / 5],
  ];
  for (const [title, cwd, agent, state, ago] of earlier) {
    const { id } = daemon.sessions.create({ agent, cwd, title });
    daemon.sessions.update(id, { state, updatedAt: Date.now() - ago });
  }
}

mkdirSync(folder, { recursive: true });
const browser = await launchBrowser();
for (const [screen, options] of Object.entries(screens)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const name = `${screen}-${colorScheme}`;
    if (!name.includes(process.argv[2] ?? '')) continue;
    const daemon = await startFakeDaemon(fileURLToPath(new URL('../dist', import.meta.url)));
    daemon.sessions.pace = 2;
    seed(daemon);
    const context = await browser.newContext({ ...options, colorScheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await story(page, daemon, async (what) => {
      // Two frames: what was asked for has been drawn.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      await page.screenshot({ path: `${folder}/${name}-${what}.png` });
    });
    await context.close();
    await daemon.close();
  }
}
await browser.close();
