// A new session: an agent, a folder, what it may do; the first words start it.

import type { AgentName, ErrorBody, Policy } from '@parley/schema';
import { policies } from './policy-order.ts';
import { useEffect, useState } from 'react';
import { go } from '../app/route.ts';
import { Composer } from '../chat/Composer.tsx';
import { RehearsalBanner } from '../chat/RehearsalBanner.tsx';
import { agents } from '../state/agents.ts';
import { client, errorOf } from '../state/daemon.ts';
import { keepText, keptText } from '../state/kept.ts';
import { send } from '../state/outbox.ts';
import { noteSession, sessions } from '../state/sessions.ts';
import { useStore } from '../state/store.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { TopBar } from '../ui/TopBar.tsx';
import { AgentPicker } from './AgentPicker.tsx';
import { FolderField } from './FolderField.tsx';
import { tidyPath } from './folder-completion.ts';
import { Suggestions } from './Suggestions.tsx';
import { PolicyField } from './PolicyField.tsx';
import { useStartFolder } from './use-start-folder.ts';

const draftKey = 'draft.new';

export function NewSession() {
  const allAgents = useStore(agents);
  const known = useStore(sessions);
  const [chosen, setChosen] = useState<AgentName | undefined>(() => keptText('new.agent'));
  const [folder, setFolder] = useStartFolder();
  const [policy, setPolicy] = useState<Policy>(() => policies.find((one) => one === keptText('new.policy')) ?? 'ask');
  const [model, setModel] = useState('');
  const [text, setText] = useState(() => keptText(draftKey) ?? '');
  const [starting, setStarting] = useState(false);
  const [error, setError] = useState<ErrorBody>();

  const installed = allAgents?.filter((agent) => agent.installed) ?? [];
  const agent = installed.find(({ name }) => name === chosen) ?? installed[0];
  const recent = [...new Set(known?.map(({ cwd }) => cwd))].slice(0, 4);

  useEffect(() => keepText(draftKey, text), [text]);

  const start = async () => {
    if (agent === undefined) return;
    setStarting(true);
    setError(undefined);
    try {
      const cwd = tidyPath(folder);
      const session = await client.createSession({
        agent: agent.name,
        cwd,
        policy,
        ...(model.trim() === '' ? {} : { model: model.trim() }),
      });
      keepText('new.agent', agent.name);
      keepText('new.folder', cwd);
      keepText('new.policy', policy);
      keepText(draftKey, undefined);
      noteSession(session);
      send(session.id, text, 'now');
      go({ page: 'session', sessionId: session.id });
    } catch (failed) {
      setError(errorOf(failed));
      setStarting(false);
    }
  };

  return (
    <>
      <TopBar>
        <h1 className="flex-1 truncate font-semibold">New session</h1>
      </TopBar>
      <div className="min-h-0 flex-1 overflow-y-auto px-4">
        <div className="mx-auto max-w-3xl space-y-5 pt-6 pb-8">
          <AgentPicker value={agent?.name} onChange={setChosen} />
          {agent?.backend.kind === 'rehearsal' && <RehearsalBanner loginHint={agent.loginHint} inSession={false} />}
          <FolderField value={folder} onChange={setFolder} recent={recent} />
          <PolicyField value={policy} onChange={setPolicy} />
          <details className="text-sm">
            <summary className="w-fit text-muted hover:text-text">
              Model: {model.trim() || 'the agent’s own choice'}
            </summary>
            <input
              aria-label="Model"
              className="field mt-2"
              value={model}
              maxLength={200}
              placeholder="The agent’s own choice"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              onChange={(event) => setModel(event.target.value)}
            />
          </details>
        </div>
      </div>
      <div className="px-4 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
        <div className="mx-auto max-w-3xl space-y-2">
          {error !== undefined && <ErrorNote error={error} />}
          {text === '' && <Suggestions onChoose={setText} />}
          <Composer
            focusAtFirst
            text={text}
            onText={setText}
            onSend={() => void start()}
            busy={false}
            steer="queue-when-busy"
            agentTitle={agent?.title ?? 'the agent'}
            invitation={`What should ${agent?.title ?? 'the agent'} do?`}
            sendLabel="Start"
            canSend={agent !== undefined && tidyPath(folder) !== '' && !starting}
          />
        </div>
      </div>
    </>
  );
}
