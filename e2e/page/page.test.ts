// The story of the page in a real browser, with the real agents: pair, start, watch, approve, stop, follow up, reload, lose the daemon.
// Screenshots of its stations are kept in artifacts/page.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';
import { inRoot } from '../../scripts/lib/root.mjs';
import { openParley } from '../harness/parley.ts';
import type { AgentUnderTest, ParleyUnderTest } from '../harness/parley.ts';

const found = await findChromium();
const options = 'skip' in found ? { skip: found.skip } : {};
const artifacts = inRoot('artifacts', 'page');
await mkdir(artifacts, { recursive: true });

const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

const scenario = {
  rules: [
    {
      when: { text: 'please', step: 0 },
      steps: [
        { reason: 'The person asks nicely.' },
        { say: 'I will look.' },
        { tool: { kind: 'shell' as const, command: 'echo from-the-shell | tee made.txt' } },
      ],
    },
    {
      when: { text: 'please', step: 1 },
      steps: [{ say: '## Done\n\nThe tool said `{{result}}`.\n\n```js\nconst answer = 42;\n```\n' }],
    },
    { when: 'for long', steps: [{ say: 'Working on it ' }, { gate: 'never' }] },
  ],
};

async function browse(t: TestContext, parley: ParleyUnderTest, viewport = desktop): Promise<Page> {
  assert.ok('path' in found);
  const browser: Browser = await chromium.launch({
    executablePath: found.path,
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
  t.after(() => browser.close());
  const page = await (await browser.newContext({ viewport, hasTouch: viewport === phone })).newPage();
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error.message}`));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) assert.fail(message.text());
  });
  await page.goto(parley.pairingLink);
  return page;
}

const titles = { codex: 'Codex', claude: 'Claude Code' } as const;

async function begin(page: Page, parley: ParleyUnderTest, agent: AgentUnderTest, words: string): Promise<void> {
  await page.getByRole('radio', { name: new RegExp(titles[agent]) }).check();
  await page.getByRole('combobox', { name: 'Folder' }).fill(parley.work);
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: /What should/ }).fill(words);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/s\/ses_/);
}

for (const agent of ['codex', 'claude'] as const) {
  test(`page, ${agent}: a task with an approval, in the browser from pairing to the end`, options, async (t) => {
    const parley = await openParley(t, { scenario });
    const page = await browse(t, parley);
    await begin(page, parley, agent, 'please make a file');
    const allow = page.getByRole('button', { name: /^(Allow|Yes|Approve|Run)/ }).first();
    await allow.waitFor();
    await page.screenshot({ path: `${artifacts}/${agent}-approval.png` });
    await allow.click();
    await page.getByRole('heading', { name: 'Done' }).waitFor();
    await page.getByText('const answer').first().waitFor();
    assert.equal((await parley.read('made.txt')).trim(), 'from-the-shell');
    await page
      .getByRole('button', { name: /^Command: / })
      .first()
      .click();
    await page.getByText('from-the-shell').first().waitFor();
    await page.screenshot({ path: `${artifacts}/${agent}-done.png`, fullPage: true });
  });
}

test('page: stop, queue, reload and the death of the daemon lose nothing', options, async (t) => {
  const parley = await openParley(t, { scenario });
  const page = await browse(t, parley);
  await begin(page, parley, 'codex', 'work for long');
  await page.getByText('Working on it').waitFor();
  const words = page.getByRole('textbox').last();
  await words.fill('say "the follow-up"');
  await page.getByRole('button', { name: 'How to send' }).click();
  await page.getByRole('menuitem', { name: /Queue/ }).click();
  await page.getByRole('region', { name: 'Queue' }).or(page.getByLabel('Queue')).first().waitFor();
  await page.screenshot({ path: `${artifacts}/queue.png` });

  await page.reload();
  await page.getByText('Working on it').waitFor();

  await parley.kill();
  await page
    .getByText(/[Rr]econnecting/)
    .first()
    .waitFor();
  await page.screenshot({ path: `${artifacts}/reconnecting.png` });
  await parley.start(['--port', new URL(page.url()).port, '--no-install']);
  await page
    .getByText(/[Rr]econnecting/)
    .first()
    .waitFor({ state: 'hidden' });

  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByText('the follow-up', { exact: false }).last().waitFor();
  await page
    .getByText(/[Ii]nterrupted|[Ss]topped/)
    .first()
    .waitFor();
  await page.screenshot({ path: `${artifacts}/after-the-death.png` });
  assert.equal(await page.getByText('Working on it').count(), 1, 'no duplicate after reload and reconnect');
});

test('page: on a phone, with the keyboard alone, and unpaired', options, async (t) => {
  const parley = await openParley(t, { scenario });
  const page = await browse(t, parley, phone);
  await begin(page, parley, 'claude', 'create notes.md with the text "one\\ntwo"');
  await page
    .getByRole('button', { name: /^(Allow|Yes|Approve)/ })
    .first()
    .waitFor();
  await page.screenshot({ path: `${artifacts}/phone-approval.png` });
  await page
    .getByRole('button', { name: /^(Allow|Yes|Approve)/ })
    .first()
    .press('Enter');
  await page.getByRole('button', { name: /^File/ }).first().waitFor();
  await page.screenshot({ path: `${artifacts}/phone-file.png` });
  const { width } = phone;
  assert.ok(
    Number(await page.evaluate('document.documentElement.scrollWidth')) <= width,
    'nothing is wider than the phone',
  );

  await page.context().clearCookies();
  await page.goto(new URL('/', page.url()).href);
  await page
    .getByText(/not paired/)
    .first()
    .waitFor();
  await page.screenshot({ path: `${artifacts}/unpaired.png` });
});

test('page: without a key it says plainly that this is a rehearsal', options, async (t) => {
  const parley = await openParley(t, { modelServer: false });
  const page = await browse(t, parley);
  await page
    .getByText(/[Rr]ehearsal/)
    .first()
    .waitFor();
  await begin(page, parley, 'codex', 'hello');
  await page
    .getByText(/no intelligence/)
    .first()
    .waitFor();
  await page.screenshot({ path: `${artifacts}/rehearsal.png` });
});
