// Plain words as they were written; very long ones in part until the reader asks for the rest.

import { useState } from 'react';

const charactersAtFirst = 3000;
const linesAtFirst = 40;

export function LongText({ text }: { readonly text: string }) {
  const [all, setAll] = useState(false);
  const beginning = text.split('\n', linesAtFirst).join('\n').slice(0, charactersAtFirst);
  const whole = all || beginning.length === text.length;
  return (
    <>
      <p className="whitespace-pre-wrap wrap-anywhere">{whole ? text : `${beginning} …`}</p>
      {!whole && (
        <button
          type="button"
          className="mt-1 text-sm text-accent underline underline-offset-2"
          onClick={() => setAll(true)}
        >
          Show all ({text.length.toLocaleString('en-US')} characters)
        </button>
      )}
    </>
  );
}
