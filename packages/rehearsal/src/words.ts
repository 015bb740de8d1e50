// What the persona says. It never claims to be more than it is.

/** The first thing it says in every conversation. */
export const WHAT_IT_IS =
  "I am Parley's rehearsal model: a small offline program that stands in for a real one. I have no intelligence and no " +
  "network; I follow simple requests literally, with this agent's real tools.";

export const HOW_TO_GET_A_REAL_ONE =
  "For a real model set `OPENAI_API_KEY` or `ANTHROPIC_API_KEY`, log in with the vendor's own CLI, or point " +
  '`agents.<name>.model_url` at a server of your choice.';

export const NAME_AN_OLDER_MODEL =
  'Codex offers its newest models their tools in JavaScript only, which I do not write: name the model `gpt-5.5`.';

/** Begins what it says where judgement is asked for. */
export const A_REHEARSAL = "This is a rehearsal: Parley's offline stand-in answers, and no model has read anything.";

export const WHAT_IT_CAN = `I can do these, also several joined by "then":

- create \`hello.txt\` with the text "Hi"
- read \`hello.txt\`
- replace "Hi" with "Bye" in \`hello.txt\`
- append "one more line" to \`hello.txt\`
- delete \`hello.txt\`
- list the files
- run \`ls -la\`
- think about anything (shows rehearsed reasoning)
- write a long text about anything (Markdown, to try the page)
- say "anything"`;

export function cannot(part: string): string {
  const asked = part === '' ? 'There was no request that I could read.' : `I cannot do this: ${inline(part)}`;
  return `${asked}\n\n${WHAT_IT_CAN}`;
}

export function thoughts(about: string): string {
  return (
    `**Looking at the request**\n\nI was asked to think about ${about}. A real model would reason here. ` +
    'I only show how reasoning looks: it arrives in pieces, before the answer.\n\n' +
    '**Deciding what to say**\n\nI will say plainly that these thoughts are rehearsed.'
  );
}

// A fence longer than any in the text keeps the text from ending its own block.
export function block(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${shortened(text)}\n${fence}`;
}

const LONGEST_QUOTE = 4000;

function shortened(text: string): string {
  if (text.length <= LONGEST_QUOTE) return text;
  return `${text.slice(0, LONGEST_QUOTE)}\n… (${text.length - LONGEST_QUOTE} more characters)`;
}

function inline(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return `“${short.replace(/\s+/g, ' ').trim()}”`;
}

/** A Markdown text with every element that a transcript has to render, of about so many words. */
export function essay(about: string, words: number): string {
  const parts = [
    `# About ${about}`,
    `This is a rehearsed text about *${about}*. It knows nothing of the matter; it is here so that you can see text **streaming**.`,
    '## What is in it',
    '- a list with several points\n- some `inline code`\n- a [link](https://example.org)\n  - and a nested point',
    '1. first\n2. second\n3. third',
    '## Some code',
    '```ts\nexport function greet(name: string): string {\n  return `Hello, ${name}!`;\n}\n```',
    '## A table',
    '| thing | count | note |\n|---|---:|---|\n| headings | 4 | two levels |\n| tables | 1 | this one |\n| ideas | 0 | by design |',
    '> A quotation, because a page has to show those too.',
    '## More of the same',
  ];
  for (let written = wordsIn(parts.join(' ')), turn = 1; written < words; turn++) {
    const paragraph = `Paragraph ${turn} says about ${about} what the others said: it fills the page, scrolls it, and gives you time to press stop, send a follow-up, reload or close the window while text is arriving.`;
    parts.push(paragraph);
    written += wordsIn(paragraph);
  }
  parts.push('That was all.');
  return parts.join('\n\n');
}

function wordsIn(text: string): number {
  return text.split(/\s+/).length;
}
