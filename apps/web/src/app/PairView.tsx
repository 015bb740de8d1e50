// What a browser sees that the daemon does not know: why, and what to do.

import { useState } from 'react';
import type { FormEvent } from 'react';
import { codeOf, pair } from '../state/daemon.ts';
import { Button } from '../ui/Button.tsx';

export function PairView() {
  const [input, setInput] = useState('');
  const [problem, setProblem] = useState<string>();
  const [pairing, setPairing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setPairing(true);
    setProblem(undefined);
    void pair(codeOf(input)).then((failed) => {
      setProblem(failed);
      setPairing(false);
    });
  };
  return (
    <main className="flex min-h-dvh items-center justify-center p-5">
      <form
        onSubmit={submit}
        className="w-full max-w-md space-y-4 rounded-2xl border border-line bg-surface p-6 shadow-float"
      >
        <img src="/icon.svg" alt="" className="size-10" />
        <h1 className="text-xl font-semibold">This browser is not paired</h1>
        <p className="text-muted">
          Parley runs commands on its machine, so it lets in only browsers that you have paired. On that machine, type
        </p>
        <pre className="rounded-lg border border-line bg-sunken px-3 py-2 font-mono text-sm">parley pair</pre>
        <p className="text-muted">
          and open the link that it prints, or paste the link here. It works once and for ten minutes.
        </p>
        <label className="block text-sm font-medium">
          Pairing link or code
          <input
            className="field mt-1 font-mono"
            value={input}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => setInput(event.target.value)}
          />
        </label>
        {problem !== undefined && (
          <p role="alert" className="text-sm text-failed">
            {problem}
          </p>
        )}
        <Button weight="primary" type="submit" disabled={input.trim() === '' || pairing} className="w-full">
          Pair this browser
        </Button>
      </form>
    </main>
  );
}
