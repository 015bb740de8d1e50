// One turn: what was said, what was done, what waits for an answer, and how it ended.

import { memo, useMemo, useState } from 'react';
import { EntryView } from '../items/EntryView.tsx';
import { LongText } from '../items/LongText.tsx';
import { UnknownEvents } from '../items/Notice.tsx';
import { MessageBubble } from '../items/UserMessage.tsx';
import { arrangeTurn } from '../transcript/arrange-turn.ts';
import { pendingApprovals } from '../transcript/model.ts';
import type { TurnBlock } from '../transcript/model.ts';
import { Button } from '../ui/Button.tsx';
import { ApprovalCard } from './ApprovalCard.tsx';
import { TurnEnd } from './TurnEnd.tsx';
import { Working } from './Working.tsx';

/** More entries of one turn than this are shown on request. */
const entriesAtFirst = 150;

interface Props {
  readonly turn: TurnBlock;
  readonly agentTitle: string;
}

export const Turn = memo(function Turn({ turn, agentTitle }: Props) {
  const [all, setAll] = useState(false);
  const running = turn.state === 'running';
  const { groups, unknown, needsPrompt, hidden } = useMemo(
    () => arrangeTurn(turn, all ? Infinity : entriesAtFirst),
    [turn, all],
  );
  const waiting = pendingApprovals(turn);
  return (
    <article
      className="turn space-y-4 py-4"
      data-running={running || undefined}
      aria-label={`Turn: ${turn.text.slice(0, 80)}`}
    >
      {needsPrompt && (
        <MessageBubble>
          <LongText text={turn.text} />
        </MessageBubble>
      )}
      {hidden > 0 && (
        <Button weight="quiet" onClick={() => setAll(true)}>
          Show {hidden.toLocaleString('en-US')} earlier steps
        </Button>
      )}
      {groups.map(({ key, steps, entries }) => (
        <div key={key} className={steps ? '-mx-2 space-y-px' : undefined}>
          {entries.map((entry) => (
            <EntryView key={entry.id} entry={entry} live={running} />
          ))}
        </div>
      ))}
      {!running && unknown.length > 0 && (
        <div className="-mx-2">
          <UnknownEvents notices={unknown} />
        </div>
      )}
      {waiting.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} agentTitle={agentTitle} />
      ))}
      {running ? <Working turn={turn} /> : <TurnEnd turn={turn} />}
    </article>
  );
});
