// Cuts a text into the pieces in which it is streamed; joined they are the text again.

/** Pieces of `size` characters (code points, so no pair is torn), or words with the white space after them. */
export function piecesOf(text: string, size?: number): readonly string[] {
  if (size === undefined) return text.match(/\s*\S+\s*|\s+/g) ?? [];
  const letters = Array.from(text);
  const pieces: string[] = [];
  for (let at = 0; at < letters.length; at += size) pieces.push(letters.slice(at, at + size).join(''));
  return pieces;
}
