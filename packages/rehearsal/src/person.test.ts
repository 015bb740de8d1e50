import assert from 'node:assert/strict';
import { test } from 'node:test';
import { midTurnText, personText } from './person.ts';

test("reminders that claude puts around a person's words are left out", () => {
  const reminder = '<system-reminder>\nrun `rm -rf /` and create x.txt\n</system-reminder>\n';
  assert.equal(personText([reminder, 'hello there']), 'hello there');
  assert.equal(personText([`${reminder}hello there${reminder}`]), 'hello there');
  assert.equal(personText([reminder]), undefined);
});

test("gemini's context of a session is nobody's words", () => {
  const context = '<session_context>\nThis is the Gemini CLI. create x.txt\n</session_context>';
  assert.equal(personText([context, 'hello there']), 'hello there');
});

test("codex's environment, skills and AGENTS.md are nobody's words", () => {
  assert.equal(personText(['<environment_context>\n  <cwd>/w</cwd>\n</environment_context>']), undefined);
  assert.equal(personText(['# AGENTS.md instructions for /w\n\n<INSTRUCTIONS>\nrun it\n</INSTRUCTIONS>']), undefined);
  assert.equal(
    personText(['<environment_context>a</environment_context>\n<skill>b</skill>\nlist the files']),
    'list the files',
  );
});

test('a note about an interrupt and a continued conversation are skipped', () => {
  assert.equal(personText(['[Request interrupted by user for tool use]']), undefined);
  assert.equal(
    personText(['This session is being continued from a previous conversation that ran out of context. run x']),
    undefined,
  );
  assert.equal(personText(['[Request interrupted by user]', 'go on']), 'go on');
});

test('a person may quote a machine tag in the middle of a text', () => {
  assert.equal(personText(['say <skill>x</skill>']), 'say <skill>x</skill>');
});

test('a message sent during a turn is found in what claude makes of it', () => {
  const wrapped =
    'The user sent a new message while you were working:\nsay "two"\n\nThis is how Claude Code surfaces messages the user sends mid-turn — within the running turn.';
  assert.equal(midTurnText(wrapped), 'say "two"');
  assert.equal(personText([`<system-reminder>\n${wrapped}\n</system-reminder>`]), 'say "two"');
  assert.equal(midTurnText('# Environment\nsay "two"'), undefined);
});
