// One session: its header, its transcript and the place to write.

import type { SessionId } from '@parley/schema';
import { useEffect, useState } from 'react';
import { go } from '../app/route.ts';
import { agents, agentTitle } from '../state/agents.ts';
import { feedOf, followFeed } from '../state/feeds.ts';
import { keepText, keptText } from '../state/kept.ts';
import { send } from '../state/outbox.ts';
import { sessions } from '../state/sessions.ts';
import { useStore } from '../state/store.ts';
import { activeTurn, pendingApprovals } from '../transcript/model.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Scrolled } from '../ui/Scrolled.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { TopBar } from '../ui/TopBar.tsx';
import { Composer } from './Composer.tsx';
import { JumpButton } from './JumpButton.tsx';
import { Outbox } from './Outbox.tsx';
import { QueueList } from './QueueList.tsx';
import { RehearsalBanner } from './RehearsalBanner.tsx';
import { SessionHeader } from './SessionHeader.tsx';
import { SettingsDialog } from './SettingsDialog.tsx';
import { Transcript } from './Transcript.tsx';
import { useFollowBottom } from './use-follow-bottom.ts';
import { useStop } from './use-stop.ts';

export function SessionView({ sessionId }: { readonly sessionId: SessionId }) {
  const { transcript, caughtUp, error } = useStore(feedOf(sessionId));
  const known = useStore(sessions);
  const session = known?.find(({ id }) => id === sessionId);
  const allAgents = useStore(agents);
  const agent = allAgents?.find(({ name }) => name === session?.agent);
  const title = agentTitle(allAgents, session?.agent ?? 'the agent');
  const [settings, setSettings] = useState(false);
  const draftKey = `draft.${sessionId}`;
  const [text, setText] = useState(() => keptText(draftKey) ?? '');
  const { scroller, content, following, jump } = useFollowBottom();
  const activeTurnId = caughtUp ? transcript.activeTurnId : session?.activeTurnId;
  const running = activeTurn(transcript);
  const waiting = running !== undefined && pendingApprovals(running).length > 0;
  const { asked, problem, stop } = useStop(sessionId, activeTurnId);

  useEffect(() => {
    const ended = new AbortController();
    void followFeed(sessionId, ended.signal);
    return () => ended.abort();
  }, [sessionId]);

  useEffect(() => keepText(draftKey, text), [draftKey, text]);

  const deleted = caughtUp && known !== undefined && session === undefined;
  if (deleted || error?.code === 'unknown_session') return <NoSession />;
  return (
    <>
      {session === undefined ? (
        <TopBar />
      ) : (
        <SessionHeader session={session} agent={agent} onSettings={() => setSettings(true)} />
      )}
      <div className="relative min-h-0 flex-1">
        <Scrolled
          ref={scroller}
          role="region"
          label="Conversation"
          className="h-full overflow-y-auto overscroll-contain px-4 outline-offset-[-2px]"
        >
          <div ref={content} className="mx-auto max-w-3xl pt-4 pb-6">
            <h2 className="sr-only">Conversation</h2>
            {session?.backend.kind === 'rehearsal' && agent !== undefined && (
              <RehearsalBanner loginHint={agent.loginHint} inSession />
            )}
            {caughtUp ? (
              <Transcript blocks={transcript.blocks} agentTitle={title} />
            ) : (
              <p className="flex items-center justify-center gap-2.5 py-16 text-sm text-muted">
                <Spinner /> Reading the conversation …
              </p>
            )}
            <Outbox sessionId={sessionId} transcript={transcript} />
            {error !== undefined && <ErrorNote error={error} />}
          </div>
        </Scrolled>
        <JumpButton shown={!following} waiting={waiting} onJump={jump} />
      </div>
      <div className="px-4 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
        <div className="mx-auto max-w-3xl">
          {problem !== undefined && (
            <p role="alert" className="mb-2 text-sm text-failed">
              {problem}
            </p>
          )}
          <QueueList sessionId={sessionId} queue={transcript.queue} />
          <Composer
            focusAtFirst
            text={text}
            onText={setText}
            onSend={(when) => {
              send(sessionId, text, when);
              setText('');
              jump();
            }}
            busy={activeTurnId !== undefined}
            steer={agent?.capabilities.steer ?? 'queue-when-busy'}
            agentTitle={title}
            stop={activeTurnId === undefined ? undefined : { asked, onStop: stop }}
          />
        </div>
      </div>
      {settings && session !== undefined && (
        <SettingsDialog
          session={session}
          agent={agent}
          agentVersion={transcript.agentVersion}
          total={transcript.total}
          onClose={() => setSettings(false)}
        />
      )}
    </>
  );
}

function NoSession() {
  return (
    <>
      <TopBar />
      <div className="flex flex-1 flex-col items-center justify-center gap-4 p-6 text-center">
        <p>This session does not exist, or it has been deleted.</p>
        <Button weight="primary" onClick={() => go({ page: 'new' })}>
          New session
        </Button>
      </div>
    </>
  );
}
