// The built page in a real browser against the fake daemon. Build it first: `npx vite build` in apps/web.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser, missingBrowser } from './browser.ts';
import { startFakeDaemon } from './fake-daemon.ts';
import type { FakeDaemon } from './fake-daemon.ts';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let browser: Browser;

/** A page on a fake daemon of its own; whatever it complains about in its console fails the test, but for `expected`. */
async function withPage(
  work: (page: Page, daemon: FakeDaemon) => Promise<void>,
  { expected = /^$/, ...options }: BrowserContextOptions & { readonly expected?: RegExp } = {},
): Promise<void> {
  const daemon = await startFakeDaemon(dist);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const complaints: string[] = [];
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !expected.test(message.text())) complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(daemon.url)) complaints.push(`asked ${request.url()}`);
    });
    await work(page, daemon);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
    await daemon.close();
  }
}

const lostConnection = /WebSocket connection|Failed to load resource/;
const composer = (page: Page) => page.getByRole('textbox', { name: /^(What should|Message|Add to)/ });
const conversation = (page: Page) => page.getByRole('region', { name: 'Conversation' });
const allow = (page: Page) => page.getByRole('button', { name: 'Allow', exact: true });

async function say(page: Page, words: string): Promise<void> {
  await composer(page).fill(words);
  await composer(page).press('Enter');
}

async function startSession(page: Page, daemon: FakeDaemon, words: string): Promise<void> {
  await page.goto(daemon.url);
  await page.getByRole('radio', { name: /Codex/ }).waitFor();
  await page.getByRole('combobox', { name: 'Folder' }).fill('/code/project');
  await page.keyboard.press('Escape');
  await say(page, words);
  await page.waitForURL(/\/s\/ses_/);
}

/** The sentence at the very end of the scripted answer. */
const lastWords = (page: Page) => conversation(page).getByText('Nothing else was touched');

describe('the page', { skip: missingBrowser ?? false }, () => {
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  test('the first words start a session and everything that the agent does is shown', () =>
    withPage(async (page, daemon) => {
      await startSession(page, daemon, 'Make the tests faster');
      assert.ok(await conversation(page).getByText('Rehearsal:').isVisible());
      await conversation(page).getByText('Share one server').waitFor();
      await allow(page).click();
      await lastWords(page).waitFor();
      await conversation(page).getByText('12.5k in (10.1k cached) · 833 out').waitFor();

      await page.getByRole('button', { name: /^File: Edited src\/server\.ts/ }).click();
      const shown = page.getByRole('group', { name: 'Diff of src/server.ts' });
      assert.match(await shown.innerText(), /await once\(server\.listen/);
      await page.getByRole('button', { name: /^Command: npm test .*exit 1/ }).click();
      assert.ok(await page.getByText('Exit code 1 · 2.4 s').isVisible());
      assert.ok(await page.getByText('✔ listens (12 ms)').isVisible());
      await page.getByRole('button', { name: /message of the agent that Parley does not know/ }).click();
      assert.ok(await page.getByText('"method": "thread/goal/updated"').isVisible());
      await page.locator('.tok-keyword').first().waitFor();
      assert.equal(await page.locator('[style*="color"]').count(), 0);
    }));

  test('what agents write cannot run, load or lead astray', () =>
    withPage(async (page, daemon) => {
      await startSession(page, daemon, 'Go');
      await allow(page).click();
      await lastWords(page).waitFor();
      const answer = conversation(page).locator('.prose-parley');
      assert.equal(await answer.locator('script, img, iframe').count(), 0);
      assert.ok(await answer.getByText('<script>alert(1)</script>').first().isVisible());
      for (const link of await answer.locator('a').all()) {
        assert.match((await link.getAttribute('href')) ?? '', /^https:\/\/example\.org\//);
        assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
      }
    }));

  test('an approval is answered by keyboard, with a note', () =>
    withPage(async (page, daemon) => {
      await startSession(page, daemon, 'Go');
      await page.getByRole('button', { name: 'Add a note' }).press('Enter');
      await page.keyboard.type('Not now');
      await page.getByRole('button', { name: 'Deny', exact: true }).press('Space');
      await conversation(page).getByText('You did not want the tests to run').first().waitFor();
      await page.getByRole('button', { name: /^Approval: Run npm test Denied/ }).waitFor();
      await conversation(page).getByText('833 out').waitFor();
    }));

  test('a question is answered by a choice and by own words', () =>
    withPage(async (page, daemon) => {
      await startSession(page, daemon, 'Ask me a question');
      const answer = page.getByRole('button', { name: 'Answer', exact: true });
      await answer.waitFor();
      assert.ok(await answer.isDisabled());
      await page.getByRole('radio', { name: /SQLite/ }).check();
      await page.getByRole('textbox', { name: 'Anything else?' }).fill('No.');
      await answer.click();
      await conversation(page).getByText('You said: {"q1":["SQLite"],"q2":["No."]}').waitFor();
    }));

  test('words for a busy agent: into the turn, into the queue, taken back, and Escape stops', () =>
    withPage(async (page, daemon) => {
      await startSession(page, daemon, 'Go');
      await allow(page).waitFor();
      await say(page, 'Also this');
      await conversation(page).getByText('Sent into the running turn').waitFor();
      for (const words of ['Later one', 'Later two']) {
        await composer(page).fill(words);
        await composer(page).press('Alt+Enter');
        await page.getByRole('region', { name: 'Queue' }).getByText(words).waitFor();
      }
      await page.getByRole('button', { name: 'Take back: Later one' }).click();
      await page.getByRole('region', { name: 'Queue' }).getByText('Later one').waitFor({ state: 'detached' });
      await allow(page).click();
      await conversation(page).getByText('Taken into the running turn').waitFor();
      await conversation(page).getByText('Noted: Also this').waitFor();
      // The queued one runs now, up to its approval.
      await page.getByRole('region', { name: 'Queue' }).waitFor({ state: 'detached' });
      await allow(page).waitFor();
      await page.keyboard.press('Escape');
      await conversation(page).getByText('Stopped', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });
    }));

  test('a lost connection costs nothing: no gap, nothing twice, also after a reload', () =>
    withPage(
      async (page, daemon) => {
        await startSession(page, daemon, 'Go');
        await allow(page).click();
        await conversation(page).getByText('The tests were slow').first().waitFor();
        for (let n = 0; n < 3; n++) {
          // On the daemon's side: one that is only being opened could not be cut.
          const back = daemon.joined();
          daemon.cut();
          await back;
        }
        daemon.gone = true;
        daemon.cut();
        await page.getByText('Reconnecting …').waitFor();
        daemon.gone = false;
        await lastWords(page).waitFor();
        await page.getByText('Reconnecting …').waitFor({ state: 'detached' });
        await page.getByText('833 out').waitFor();
        // The words are set as Markdown. (Colours may be missing: their code may have been asked for while nobody answered.)
        await page.getByText('Copy code').first().waitFor();
        const live = await conversation(page).innerText();
        await page.reload();
        await lastWords(page).waitFor();
        await page.getByText('Copy code').first().waitFor();
        assert.equal(await conversation(page).innerText(), live);
        assert.equal(live.split('Nothing else was touched').length, 2);
      },
      { expected: lostConnection },
    ));

  test('words go out once, whether the answer is cut or the daemon is away, over a reload too', () =>
    withPage(
      async (page, daemon) => {
        await startSession(page, daemon, 'short one');
        await conversation(page).getByText('Done.').first().waitFor();
        daemon.cutAnswers = 1;
        await say(page, 'short two');
        await conversation(page).getByText('Done.').nth(1).waitFor();
        daemon.gone = true;
        daemon.cut();
        await say(page, 'short three');
        await conversation(page).getByText('Goes out as soon as Parley can be reached.').waitFor();
        daemon.gone = false;
        await conversation(page).getByText('Done.').nth(2).waitFor();
        await conversation(page).getByText('Sending').waitFor({ state: 'detached' });
        await page.reload();
        await conversation(page).getByText('Done.').nth(2).waitFor();
        const session = [...daemon.sessions.events.values()][0] ?? [];
        const started = session.flatMap((event) => (event.type === 'turn.started' ? [event.text] : []));
        assert.deepEqual(started, ['short one', 'short two', 'short three']);
        assert.equal(await conversation(page).getByText('short three', { exact: true }).count(), 1);
      },
      { expected: lostConnection },
    ));

  test('what was typed and not sent is there after a reload', () =>
    withPage(async (page, daemon) => {
      await startSession(page, daemon, 'short');
      await composer(page).fill('half a thou');
      await page.reload();
      await page.waitForFunction(() => document.querySelector('textarea')?.value === 'half a thou');
    }));

  test('a failed turn says why and what to do; unknown usage is called unknown', () =>
    withPage(async (page, daemon) => {
      await startSession(page, daemon, 'fail');
      await conversation(page).getByText('The model server answered 503 four times.').waitFor();
      await conversation(page).getByText('send it again later').waitFor();
      await conversation(page).getByText('(4 times)').waitFor();
      await conversation(page).getByText('usage unknown').waitFor();
      await page.getByRole('navigation', { name: 'Sessions' }).getByText('Failed').first().waitFor();
    }));

  test('a browser that is not paired is told so and pairs with a link', () =>
    withPage(
      async (page, daemon) => {
        daemon.paired = false;
        await page.goto(daemon.url);
        await page.getByRole('heading', { name: 'This browser is not paired' }).waitFor();
        await page.getByLabel('Pairing link or code').fill('bad');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').getByText('not valid any more').waitFor();
        await page.getByLabel('Pairing link or code').fill(`${daemon.url}/pair?code=good`);
        await page.keyboard.press('Enter');
        await page.getByRole('radio', { name: /Codex/ }).waitFor();
        // Paired browsers lose their right while the page is open, too.
        daemon.paired = false;
        daemon.cut();
        await page.getByRole('heading', { name: 'This browser is not paired' }).waitFor();
      },
      { expected: lostConnection },
    ));

  test('a missing agent is installed from its card', () =>
    withPage(async (page, daemon) => {
      await page.goto(daemon.url);
      await page.getByRole('button', { name: 'Install Claude Code 2.1.329' }).click();
      await page.getByText('Unpacking 212 MB').waitFor();
      await page.getByRole('radio', { name: /Claude Code 2\.1\.329/ }).check();
    }));

  test('a session is renamed, given another policy and deleted', () =>
    withPage(async (page, daemon) => {
      await startSession(page, daemon, 'short');
      await page.getByRole('button', { name: 'Session settings' }).click();
      await page.getByLabel('Title').fill('A better name');
      await page.getByRole('radio', { name: 'Read only' }).check();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { level: 1, name: 'A better name' }).waitFor();
      await page.getByText('Codex · /code/project · Read only').waitFor();
      await page.getByRole('button', { name: 'Session settings' }).click();
      await page.getByRole('button', { name: 'Delete session' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.waitForURL(`${daemon.url}/`);
      await page.getByText('Your sessions will be listed here.').waitFor();
      assert.equal(daemon.sessions.sessions.size, 0);
    }));

  test('a session is forked: the copy is opened, and the original stays', () =>
    withPage(async (page, daemon) => {
      await startSession(page, daemon, 'short');
      const original = page.url();
      await page.getByRole('button', { name: 'Session settings' }).click();
      await page.getByRole('button', { name: 'Fork' }).click();
      await page.getByRole('heading', { level: 1, name: /\(fork\)$/ }).waitFor();
      assert.notEqual(page.url(), original);
      assert.equal(daemon.sessions.sessions.size, 2);
      await page.getByRole('button', { name: 'Session settings' }).click();
      await page.getByText('About this session').click();
      await page.getByText('Fork of').waitFor();
    }));

  test('several agents are consulted: columns side by side, as they answer, and whether they agree', () =>
    withPage(async (page, daemon) => {
      daemon.agents[1] = { ...daemon.agents[1], installed: true } as (typeof daemon.agents)[number];
      await page.goto(daemon.url);
      await page.getByRole('link', { name: 'Consult several' }).click();
      const ask = page.getByRole('button', { name: 'Ask them' });
      assert.ok(await ask.isDisabled());
      await page.getByRole('radio', { name: 'Claim' }).check();
      await page.getByRole('textbox', { name: 'The claim' }).fill('The lock is always released.');
      await page.getByRole('combobox', { name: 'Judge' }).selectOption({ label: 'Codex' });
      await page.getByRole('combobox', { name: 'Folder' }).fill('/code/project');
      await page.keyboard.press('Escape');
      await ask.click();
      await page.waitForURL(/\/c\/con_/);
      const [asked] = daemon.consultations.created;
      assert.equal(asked?.kind, 'consensus');
      assert.deepEqual(
        asked?.reviewers?.map(({ agent }) => agent),
        ['codex', 'claude'],
      );

      const id = decodeURIComponent(new URL(page.url()).pathname.slice('/c/'.length));
      const column = (label: string) => page.getByRole('article', { name: `Reviewer ${label}` });
      const agreement = page.getByRole('region', { name: 'Agreement' });
      await column('A').getByText('Working').waitFor();
      daemon.consultations.answer(id, 'A', 'approve', 'It is released **in a finally**.');
      await column('A').getByText('True', { exact: true }).waitFor();
      await agreement.getByText('So far: Nothing to compare').waitFor();
      daemon.consultations.answer(id, 'B', 'reject', 'Not when `open` throws.');
      await agreement.getByText('They disagree', { exact: true }).waitFor();
      const listed = column('B').getByRole('list', { name: 'Findings' }).getByRole('listitem');
      assert.match((await listed.first().textContent()) ?? '', /critical.*never released.*src\/lock\.ts:42/);
      await page.getByRole('region', { name: 'Judge' }).getByText('Listen to').waitFor();
      const [a, b] = await Promise.all([column('A').boundingBox(), column('B').boundingBox()]);
      assert.equal(a?.y, b?.y, 'side by side');
      assert.match((await page.getByRole('link', { name: 'Markdown' }).getAttribute('href')) ?? '', /format=markdown$/);

      await page.reload();
      await agreement.getByText('They disagree', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Consult several' }).click();
      await page.getByRole('link', { name: /The lock is always released\..*They disagree/ }).click();
      await page.getByRole('button', { name: 'Delete this consultation' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.waitForURL(/\/consult$/);
      assert.deepEqual(daemon.consultations.summaries(), []);
    }));

  test('a consultation is stopped, and what came before that stays', () =>
    withPage(async (page, daemon) => {
      const { id } = daemon.consultations.create({
        kind: 'validate',
        question: 'Is this right?',
        cwd: '/code/project',
        reviewers: [{ agent: 'codex' }, { agent: 'claude' }],
      });
      daemon.consultations.answer(id, 'A', 'approve', 'It is.');
      await page.goto(`${daemon.url}/c/${id}`);
      await page.getByText('Approves', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('status').getByText('Stopped').waitFor();
      assert.ok(await page.getByText('Approves', { exact: true }).isVisible());
    }));

  test('what a consultation asked of each agent is not listed among the sessions, unless it waits for somebody', () =>
    withPage(async (page, daemon) => {
      const own = daemon.sessions.create({ agent: 'codex', cwd: '/code/project', title: 'My own' });
      const asked = daemon.sessions.create(
        { agent: 'codex', cwd: '/code/project', title: 'Review: the lock' },
        { origin: 'consultation' },
      );
      await page.goto(daemon.url);
      const list = page.getByRole('navigation', { name: 'Sessions' });
      await list.getByRole('link', { name: /My own/ }).waitFor();
      assert.equal(await list.getByRole('link').count(), 1);
      daemon.sessions.update(asked.id, { state: 'waiting' });
      await list.getByRole('link', { name: /Review: the lock/ }).waitFor();
      daemon.sessions.update(own.id, { title: 'Still here' });
      await list.getByRole('link', { name: /Still here/ }).waitFor();
    }));

  test('a refusal is told where it happened and nothing typed is lost', () =>
    withPage(
      async (page, daemon) => {
        await page.goto(daemon.url);
        await page.getByRole('radio', { name: 'Full' }).check();
        await say(page, 'Do it');
        await page.getByRole('alert').getByText('policy.full').waitFor();
        assert.equal(await composer(page).inputValue(), 'Do it');
        assert.equal(daemon.sessions.sessions.size, 0);
      },
      { expected: lostConnection },
    ));

  test('long outputs and long sessions are shown in part, the end is followed until the reader scrolls up', () =>
    withPage(async (page, daemon) => {
      daemon.sessions.pace = 5;
      await startSession(page, daemon, 'long');
      await conversation(page).getByText('Paragraph 8.').waitFor();
      const jump = page.getByRole('button', { name: 'Jump to latest' });
      assert.equal(await jump.count(), 0);
      await conversation(page).hover();
      await page.mouse.wheel(0, -400);
      await jump.waitFor();
      await conversation(page).getByText('833 out').waitFor();
      assert.ok(await jump.isVisible());
      await jump.click();
      await page.waitForFunction(() => {
        const column = document.querySelector('[aria-label=Conversation]');
        return column !== null && column.scrollHeight - column.scrollTop - column.clientHeight < 2;
      });
      await page.getByRole('button', { name: /^Command: cat big\.log/ }).click();
      assert.equal(await page.getByText('line 1 of the log').count(), 0);
      await page.getByRole('button', { name: /Show all \(2,280 lines before this\)/ }).click();
      assert.match(await page.locator('pre', { hasText: 'line 2400 of the log' }).innerText(), /^line 1 of the log\n/);
    }));

  test('folders are completed as they are typed and picked by keyboard', () =>
    withPage(
      async (page, daemon) => {
        await page.goto(daemon.url);
        const folder = page.getByRole('combobox', { name: 'Folder' });
        await folder.fill('/code/pro');
        await page.getByRole('option', { name: 'proxy' }).waitFor();
        await folder.press('ArrowDown');
        await folder.press('Enter');
        assert.equal(await folder.inputValue(), '/code/project/');
        await page.getByRole('option', { name: 'One folder up' }).click();
        assert.equal(await folder.inputValue(), '/code/');
        await folder.fill('/nowhere/');
        await page.getByText('There is no such folder.').waitFor();
      },
      { expected: lostConnection },
    ));

  test('on a phone the sessions are in a drawer, nothing is wider than the screen, and targets are large enough', () =>
    withPage(async (page, daemon) => {
      await startSession(page, daemon, 'Go');
      await allow(page).waitFor();
      const small = await page.evaluate(() =>
        [...document.querySelectorAll('main button')]
          .map((button) => ({
            name: button.textContent || button.getAttribute('aria-label'),
            box: button.getBoundingClientRect(),
          }))
          .filter(({ box }) => box.height > 0 && box.height < 44)
          .map(({ name }) => name),
      );
      assert.deepEqual(small, []);
      await allow(page).click();
      await lastWords(page).waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await page.getByRole('button', { name: 'Sessions' }).click();
      await page.getByRole('dialog', { name: 'Sessions' }).getByRole('link', { name: 'New session' }).click();
      await page.getByRole('heading', { name: 'New session' }).waitFor();
      assert.equal(await page.getByRole('dialog').count(), 0);
      await page.goBack();
      await lastWords(page).waitFor();
    }, phone));

  test('the theme can be chosen and holds after a reload', () =>
    withPage(async (page, daemon) => {
      await page.goto(daemon.url);
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const system = await ground();
      await page.getByRole('button', { name: /^Theme: as the system/ }).click();
      assert.equal(await ground(), system);
      await page.getByRole('button', { name: /^Theme: light/ }).click();
      const dark = await ground();
      assert.notEqual(dark, system);
      await page.reload();
      await page.getByRole('button', { name: /^Theme: dark/ }).waitFor();
      assert.equal(await ground(), dark);
    }));
});
