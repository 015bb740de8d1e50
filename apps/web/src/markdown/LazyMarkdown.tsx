// Markdown in a chunk of its own, asked for as soon as the page starts: the first screen does not wait for it, and by the time that an
// answer is there it has come. Until then the words are shown as they were written.

import { lazy, memo, Suspense } from 'react';

const load = () => import('./Markdown.tsx').then(({ Markdown }) => ({ default: Markdown }));
const loaded = load();
// Who needs it is told; a page that never shows an answer need not hear of it.
loaded.catch(() => undefined);
const Loaded = lazy(() => loaded.catch(load));

interface Props {
  readonly text: string;
  /** True while more text may come. */
  readonly growing: boolean;
}

export const Markdown = memo(function Markdown(props: Props) {
  return (
    <Suspense fallback={<p className="whitespace-pre-wrap wrap-anywhere">{props.text}</p>}>
      <Loaded {...props} />
    </Suspense>
  );
});
