// What a prompt may tell the legacy Kimi stand-in beside the rehearsal's directives: [[crash]] dies without a word in the middle of an answer,
// [[garbage]] prints lines that are no part of the protocol, [[question Which? | this | that]] asks the person.

export interface KimiDirectives {
  readonly text: string;
  readonly crash: boolean;
  readonly garbage: boolean;
  readonly question: { readonly text: string; readonly labels: readonly string[] } | undefined;
}

export function readKimiDirectives(prompt: string): KimiDirectives {
  let crash = false;
  let garbage = false;
  let question: KimiDirectives['question'];
  const text = prompt.replace(
    /\s*\[\[\s*(crash|garbage|question)\b([^[\]]*)\]\]/g,
    (_whole, word: string, rest: string) => {
      const [asked = '', ...labels] = rest.split('|').map((part) => part.trim());
      if (word === 'crash') crash = true;
      else if (word === 'garbage') garbage = true;
      else question = { text: asked, labels };
      return '';
    },
  );
  return { text: text.trim(), crash, garbage, question };
}
