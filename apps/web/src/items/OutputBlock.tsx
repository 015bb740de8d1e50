// What a command or a tool printed: its end at first, all of it on request.

import { memo, useMemo, useState } from 'react';
import { capLines } from '../transcript/cap-lines.ts';
import { plainOutput } from '../transcript/plain-output.ts';
import { Button } from '../ui/Button.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Scrolled } from '../ui/Scrolled.tsx';

const linesAtFirst = 120;
const charactersAtFirst = 16_000;

interface Props {
  readonly output: string;
  readonly label: string;
}

export const OutputBlock = memo(function OutputBlock({ output, label }: Props) {
  const [all, setAll] = useState(false);
  const plain = useMemo(() => plainOutput(output), [output]);
  const { text, hiddenLines, cut } = useMemo(
    () => capLines(plain, all ? Infinity : linesAtFirst, all ? Infinity : charactersAtFirst),
    [plain, all],
  );
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-sunken">
      <div className="flex items-center justify-between gap-2 border-b border-line px-2.5 py-0.5 text-xs text-muted">
        <span>{label}</span>
        <CopyButton text={plain} />
      </div>
      {(hiddenLines > 0 || cut) && (
        <Button
          weight="quiet"
          className="w-full rounded-none border-b border-line text-xs"
          onClick={() => setAll(true)}
        >
          Show all{hiddenLines > 0 ? ` (${hiddenLines.toLocaleString('en-US')} lines before this)` : ''}
        </Button>
      )}
      <Scrolled label={label} className="max-h-[50vh] overflow-auto p-2.5">
        <pre className="font-mono text-xs leading-5 whitespace-pre-wrap wrap-anywhere">{text}</pre>
      </Scrolled>
    </div>
  );
});
