// The conversation: the newest turns, older ones on request, then what is on its way.

import { memo, useState } from 'react';
import { Notice } from '../items/Notice.tsx';
import type { Block } from '../transcript/model.ts';
import { Button } from '../ui/Button.tsx';
import { Turn } from './Turn.tsx';

/** Turns shown at first and more at each request. */
const step = 40;

interface Props {
  readonly blocks: readonly Block[];
  readonly agentTitle: string;
}

export const Transcript = memo(function Transcript({ blocks, agentTitle }: Props) {
  const [most, setMost] = useState(step);
  const hidden = Math.max(0, blocks.length - most);
  return (
    <>
      {hidden > 0 && (
        <div className="flex justify-center py-3">
          <Button weight="quiet" onClick={() => setMost(most + step)}>
            Show earlier turns ({hidden.toLocaleString('en-US')})
          </Button>
        </div>
      )}
      {blocks.slice(hidden).map((block) =>
        block.kind === 'turn' ? (
          <Turn key={block.id} turn={block} agentTitle={agentTitle} />
        ) : (
          block.code !== 'rehearsal' && (
            <div key={block.id} className="-mx-2">
              <Notice notice={block} live={false} />
            </div>
          )
        ),
      )}
    </>
  );
});
