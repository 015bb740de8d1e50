// A session's settings: its name, what it may do, its model, what it has used so far, and its end.

import type { AgentView, Policy, Session, UpdateSession, Usage } from '@parley/schema';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { go } from '../app/route.ts';
import { PolicyField } from '../start/PolicyField.tsx';
import { client, errorOf } from '../state/daemon.ts';
import { forgetFeed } from '../state/feeds.ts';
import { noteSession } from '../state/sessions.ts';
import { usageRows } from '../transcript/usage-text.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import type { ErrorBody } from '@parley/schema';

interface Props {
  readonly session: Session;
  readonly agent: AgentView | undefined;
  readonly agentVersion: string | undefined;
  readonly total: Usage | undefined;
  readonly onClose: () => void;
}

export function SettingsDialog({ session, agent, agentVersion, total, onClose }: Props) {
  const [title, setTitle] = useState(session.title);
  const [policy, setPolicy] = useState<Policy>(session.policy);
  const [model, setModel] = useState(session.model ?? '');
  const [error, setError] = useState<ErrorBody>();
  const [deleting, setDeleting] = useState(false);

  const save = (event: FormEvent) => {
    event.preventDefault();
    const change: UpdateSession = {
      ...(title.trim() === '' || title === session.title ? {} : { title: title.trim() }),
      ...(policy === session.policy ? {} : { policy }),
      ...(model.trim() === '' || model === session.model ? {} : { model: model.trim() }),
    };
    if (Object.keys(change).length === 0) return onClose();
    client.updateSession(session.id, change).then(
      (updated) => {
        noteSession(updated);
        onClose();
      },
      (failed: unknown) => setError(errorOf(failed)),
    );
  };
  const fork = () => {
    client.forkSession(session.id).then(
      (copy) => {
        noteSession(copy);
        onClose();
        go({ page: 'session', sessionId: copy.id });
      },
      (failed: unknown) => setError(errorOf(failed)),
    );
  };
  const remove = () => {
    client.deleteSession(session.id).then(
      () => {
        forgetFeed(session.id);
        onClose();
        go({ page: 'new' });
      },
      (failed: unknown) => setError(errorOf(failed)),
    );
  };

  const facts: readonly (readonly [string, string])[] = [
    ['Agent', [agent?.title ?? session.agent, agentVersion].filter((word) => word !== undefined).join(' ')],
    ['Folder', session.cwd],
    ['Model server', session.backend.detail === '' ? session.backend.kind : session.backend.detail],
    ['Session', session.id],
    ...(session.forkOf === undefined
      ? []
      : [['Fork of', session.forkOf.sessionId ?? session.forkOf.threadId] as const]),
  ];
  return (
    <Dialog title="Session settings" onClose={onClose}>
      <form onSubmit={save} className="space-y-5">
        <label className="block text-sm">
          <span className="font-medium">Title</span>
          <input
            className="field mt-1"
            value={title}
            maxLength={200}
            onChange={(event) => setTitle(event.target.value)}
          />
        </label>
        <PolicyField value={policy} onChange={setPolicy} note="Holds from the next turn on." limits={session.limits} />
        <label className="block text-sm">
          <span className="font-medium">Model</span>
          <input
            className="field mt-1"
            value={model}
            maxLength={200}
            placeholder="The agent’s own choice"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => setModel(event.target.value)}
          />
        </label>
        {error !== undefined && <ErrorNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button weight="primary" type="submit">
            Save
          </Button>
        </div>
      </form>
      <details className="mt-5 border-t border-line pt-4 text-sm">
        <summary className="font-medium">About this session</summary>
        <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          {facts.map(([name, value]) => (
            <Fact key={name} name={name} value={value} />
          ))}
          {usageRows(total).map(([name, value]) => (
            <Fact key={name} name={name} value={value} />
          ))}
        </dl>
      </details>
      <div className="mt-4 flex flex-wrap items-center justify-between gap-2 border-t border-line pt-4 text-sm">
        {deleting ? (
          <>
            <p className="min-w-0 flex-1">Delete this conversation for good? The files in its folder stay.</p>
            <Button onClick={() => setDeleting(false)}>Keep</Button>
            <Button weight="danger" onClick={remove}>
              Delete
            </Button>
          </>
        ) : (
          <>
            <Button weight="danger" onClick={() => setDeleting(true)}>
              Delete session …
            </Button>
            {agent?.capabilities.fork === true && (
              <Button
                onClick={fork}
                disabled={session.activeTurnId !== undefined}
                title="A new session that goes on from the same conversation; this one stays as it is"
              >
                Fork
              </Button>
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 tabular-nums wrap-anywhere">{value}</dd>
    </>
  );
}
