// What this session is: title, state, agent, folder, policy, and the way to its settings.

import type { AgentView, Session } from '@parley/schema';
import { policyWords } from '../start/policy-words.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { sessionTitle } from '../ui/session-title.ts';
import { StateMark } from '../ui/StateMark.tsx';
import { shortFolder } from '../ui/short-folder.ts';
import { TopBar } from '../ui/TopBar.tsx';

interface Props {
  readonly session: Session;
  readonly agent: AgentView | undefined;
  readonly onSettings: () => void;
}

export function SessionHeader({ session, agent, onSettings }: Props) {
  const facts = [
    agent?.title ?? session.agent,
    shortFolder(session.cwd),
    policyWords[session.policy].name,
    ...(session.model === undefined ? [] : [session.model]),
  ];
  return (
    <TopBar end={<IconButton icon="sliders" label="Session settings" onClick={onSettings} />}>
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2">
          <StateMark state={session.state} />
          <h1 className="truncate font-semibold">{sessionTitle(session)}</h1>
        </div>
        <p className="truncate text-xs text-muted" title={session.cwd}>
          {facts.join(' · ')}
        </p>
      </div>
    </TopBar>
  );
}
