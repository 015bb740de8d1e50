// Hides quoted pieces of a request, so that words inside quotes are never read as instructions.

export interface Masked {
  /** The text with each quoted piece replaced by a mark, so that words inside quotes are never read as instructions. */
  readonly masked: string;
  readonly restore: (text: string) => string;
  readonly unquote: (text: string) => string;
}

const QUOTED =
  /```[^\n`]*\n([\s\S]*?)\n?```|`([^`]+)`|"((?:[^"\\]|\\.)*)"|“([^”]*)”|(?<=^|[\s(:])'([^'\n]*)'(?=$|[\s.,;:!?)])/g;

/** Quotes, backticks and fences count as quoting; in double quotes `\n` and `\t` mean what they mean in most languages. */
export function hideQuoted(text: string): Masked {
  const pieces: { readonly whole: string; readonly inner: string }[] = [];
  const masked = text.replace(
    QUOTED,
    (whole: string, fence?: string, tick?: string, double?: string, curly?: string, single?: string) => {
      const inner = fence ?? tick ?? (double === undefined ? undefined : unescape(double)) ?? curly ?? single ?? '';
      pieces.push({ whole, inner });
      return `\uE000${pieces.length - 1}\uE001`;
    },
  );
  const restore = (part: string): string =>
    part.replace(/\uE000(\d+)\uE001/g, (_, index: string) => pieces[Number(index)]?.whole ?? '');
  const unquote = (part: string): string => {
    const alone = /^\uE000(\d+)\uE001$/.exec(part) ?? /^\uE000(\d+)\uE001[.!]$/.exec(part);
    return alone === null ? restore(part) : (pieces[Number(alone[1])]?.inner ?? '');
  };
  return { masked, restore, unquote };
}

function unescape(text: string): string {
  return text.replace(/\\([nt"\\])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : letter));
}
