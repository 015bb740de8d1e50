// A new consultation: what kind, the question, which agents, perhaps a judge, and where; below it what was asked before.

import type { AgentName, ConsultKind, ErrorBody } from '@parley/schema';
import { useEffect, useState } from 'react';
import type { FormEvent } from 'react';
import { go } from '../app/route.ts';
import { FolderField } from '../start/FolderField.tsx';
import { tidyPath } from '../start/folder-completion.ts';
import { agents } from '../state/agents.ts';
import { client, errorOf } from '../state/daemon.ts';
import { keepText, keptText } from '../state/kept.ts';
import { sessions } from '../state/sessions.ts';
import { useStore } from '../state/store.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { TopBar } from '../ui/TopBar.tsx';
import { kindWords } from './consult-words.ts';
import { RecentConsultations } from './RecentConsultations.tsx';
import { useStartFolder } from '../start/use-start-folder.ts';

const kinds = ['validate', 'second-opinion', 'red-team', 'consensus', 'compare', 'ask'] as const;

/** How many agents are chosen at first, where there are so many: fewer than two have nobody to agree with. */
const usualReviewers = 2;

export function NewConsultation() {
  const installed = useStore(agents)?.filter((agent) => agent.installed) ?? [];
  const known = useStore(sessions);
  const [kind, setKind] = useState<ConsultKind>('validate');
  const [question, setQuestion] = useState(() => keptText('draft.consult') ?? '');
  const [answer, setAnswer] = useState('');
  const [folder, setFolder] = useStartFolder();
  const [chosen, setChosen] = useState<readonly AgentName[]>();
  const [judge, setJudge] = useState<AgentName>('');
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ErrorBody>();

  const reviewers = chosen ?? installed.slice(0, usualReviewers).map(({ name }) => name);
  const least = kind === 'compare' ? 2 : 1;
  const needsJudge = kind === 'compare';
  const ready =
    question.trim() !== '' &&
    tidyPath(folder) !== '' &&
    reviewers.length >= least &&
    (kind !== 'second-opinion' || answer.trim() !== '') &&
    (!needsJudge || judge !== '');

  useEffect(() => keepText('draft.consult', question), [question]);

  const ask = async (event: FormEvent) => {
    event.preventDefault();
    setAsking(true);
    setError(undefined);
    try {
      const { id } = await client.createConsultation({
        kind,
        question: question.trim(),
        cwd: tidyPath(folder),
        reviewers: reviewers.map((agent) => ({ agent })),
        ...(judge === '' ? {} : { judge: { agent: judge } }),
        ...(kind === 'second-opinion' ? { answers: [answer] } : {}),
      });
      keepText('new.folder', tidyPath(folder));
      keepText('draft.consult', undefined);
      go({ page: 'consultation', consultationId: id });
    } catch (failed) {
      setError(errorOf(failed));
      setAsking(false);
    }
  };
  const toggle = (name: AgentName) =>
    setChosen(reviewers.includes(name) ? reviewers.filter((one) => one !== name) : [...reviewers, name]);

  return (
    <>
      <TopBar>
        <h1 className="flex-1 truncate font-semibold">Consult several agents</h1>
      </TopBar>
      <div className="min-h-0 flex-1 overflow-y-auto px-4">
        <form onSubmit={(event) => void ask(event)} className="mx-auto max-w-3xl space-y-5 pt-6 pb-8">
          <fieldset>
            <legend className="mb-1.5 text-sm font-medium">What they are asked for</legend>
            <div className="grid grid-cols-2 gap-1 rounded-xl border border-line bg-sunken p-1 sm:grid-cols-3">
              {kinds.map((one) => (
                <label
                  key={one}
                  className="relative flex min-h-9 cursor-pointer items-center justify-center rounded-lg px-1 text-center text-sm text-muted hover:text-text has-checked:bg-surface has-checked:font-medium has-checked:text-text has-checked:shadow-sm has-checked:ring-1 has-checked:ring-line has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:min-h-11"
                >
                  <input
                    type="radio"
                    name="kind"
                    checked={kind === one}
                    onChange={() => setKind(one)}
                    className="absolute inset-0 cursor-pointer opacity-0"
                  />
                  {kindWords[one].name}
                </label>
              ))}
            </div>
            <p aria-live="polite" className="mt-1.5 text-sm text-muted">
              {kindWords[kind].meaning} They only read; nobody changes a file.
            </p>
          </fieldset>
          {/* Above the rest: its list covers what is below it while it is open. */}
          <FolderField
            value={folder}
            onChange={setFolder}
            recent={[...new Set(known?.map(({ cwd }) => cwd))].slice(0, 4)}
          />
          <label className="block text-sm">
            <span className="font-medium">{kindWords[kind].ask}</span>
            <textarea
              className="field mt-1 min-h-28"
              value={question}
              onChange={(event) => setQuestion(event.target.value)}
            />
          </label>
          {kind === 'second-opinion' && (
            <label className="block text-sm">
              <span className="font-medium">The answer that you have</span>
              <textarea
                className="field mt-1 min-h-28"
                value={answer}
                onChange={(event) => setAnswer(event.target.value)}
              />
            </label>
          )}
          <fieldset>
            <legend className="mb-1.5 text-sm font-medium">Who is asked</legend>
            <div className="flex flex-wrap gap-2">
              {installed.map(({ name, title, backend }) => (
                <label
                  key={name}
                  className="flex min-h-9 cursor-pointer items-center gap-2 rounded-lg border border-line bg-surface px-3 text-sm hover:bg-hover has-checked:border-accent pointer-coarse:min-h-11"
                >
                  <input type="checkbox" checked={reviewers.includes(name)} onChange={() => toggle(name)} />
                  {title}
                  {backend.kind === 'rehearsal' && <span className="text-xs text-waiting">rehearsal</span>}
                </label>
              ))}
            </div>
            {installed.length === 0 && <p className="text-sm text-muted">No agent is installed yet.</p>}
          </fieldset>
          <label className="block text-sm">
            <span className="font-medium">Judge{needsJudge ? '' : ' (if you want one)'}</span>
            <select className="field mt-1" value={judge} onChange={(event) => setJudge(event.target.value)}>
              <option value="">{needsJudge ? 'Choose who compares' : 'Nobody'}</option>
              {installed.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          {error !== undefined && <ErrorNote error={error} />}
          <div className="flex justify-end">
            <Button weight="primary" type="submit" disabled={!ready || asking}>
              Ask {reviewers.length === 1 ? 'it' : 'them'}
            </Button>
          </div>
        </form>
        <RecentConsultations />
      </div>
    </>
  );
}
