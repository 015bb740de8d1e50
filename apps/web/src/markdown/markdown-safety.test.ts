// What must never come out of somebody's Markdown.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeReferences } from './decode-references.ts';
import { safeUrl } from './safe-url.ts';

test('only http, https and mailto are links', () => {
  assert.equal(safeUrl('https://example.org/a?b=1&c=2'), 'https://example.org/a?b=1&c=2');
  assert.equal(safeUrl('mailto:a@example.org'), 'mailto:a@example.org');
  for (const href of [
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//example.org',
    '/api/sessions',
    'src/a.ts',
    'https://',
    'blob:https://example.org/x',
    '\u0001https://example.org',
  ]) {
    assert.equal(safeUrl(href), undefined, href);
  }
});

test('character references become characters, unknown ones stay', () => {
  assert.equal(
    decodeReferences('a &amp; b &lt;c&gt; &#39;d&#x27; &mdash; &nothing; &#0; &#xD800; & &amp;lt;'),
    "a & b <c> 'd' — &nothing; &#0; &#xD800; & &lt;",
  );
});
