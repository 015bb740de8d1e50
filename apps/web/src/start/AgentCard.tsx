// One agent: a choice when it is installed, an offer to install it when it is not.

import type { AgentBackend, AgentView } from '@parley/schema';
import { install, installations } from '../state/agents.ts';
import type { Installation } from '../state/agents.ts';
import { useStore } from '../state/store.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Hint } from '../ui/Hint.tsx';
import { Spinner } from '../ui/Spinner.tsx';

interface Props {
  readonly agent: AgentView;
  readonly group: string;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

const look = 'flex min-h-16 gap-3 rounded-xl border bg-surface px-3.5 py-3 text-sm';

export function AgentCard({ agent, group, chosen, onChoose }: Props) {
  const installation = useStore(installations)[agent.name];
  if (!agent.installed) return <MissingAgent agent={agent} installation={installation} />;
  return (
    <label
      className={`${look} cursor-pointer border-line hover:bg-hover has-checked:border-accent has-checked:ring-1 has-checked:ring-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent`}
    >
      <input type="radio" name={group} checked={chosen} onChange={onChoose} className="mt-1 size-4 shrink-0" />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-semibold">{agent.title}</span>
          {agent.version !== undefined && <span className="text-xs text-muted tabular-nums">{agent.version}</span>}
        </span>
        <span
          className={`block text-xs wrap-anywhere ${agent.backend.kind === 'rehearsal' ? 'text-waiting' : 'text-muted'}`}
        >
          {backendText(agent.backend)}
        </span>
        {agent.problem !== undefined && (
          <span className="mt-1 flex gap-1.5 text-xs text-failed">
            <Icon name="warning" className="mt-0.5 size-3.5" />
            <span className="wrap-anywhere">{agent.problem}</span>
          </span>
        )}
      </span>
    </label>
  );
}

function MissingAgent({
  agent,
  installation,
}: {
  readonly agent: AgentView;
  readonly installation: Installation | undefined;
}) {
  const { title, installable, installHint } = agent;
  const running = installation?.running === true;
  return (
    <div className={`${look} flex-col border-dashed border-edge/60`}>
      <div className="flex items-center gap-3">
        <div className="min-w-0 flex-1">
          <p className="font-semibold">{title}</p>
          <p className="text-xs text-muted">
            {running ? 'Installing …' : 'Not installed'}
            {!running && installable === undefined && installHint !== undefined && (
              <>
                . <Hint text={installHint} />
              </>
            )}
          </p>
        </div>
        {running ? (
          <Spinner className="size-5" />
        ) : installable === undefined ? null : (
          <Button aria-label={`Install ${title} ${installable.version}`} onClick={() => void install(agent.name)}>
            <Icon name="download" /> Install {installable.version}
          </Button>
        )}
      </div>
      {installation !== undefined && (running || installation.error !== undefined) && (
        <pre
          role="log"
          aria-label={`Installation of ${title}`}
          className="max-h-28 overflow-auto font-mono text-xs whitespace-pre-wrap wrap-anywhere text-muted"
        >
          {installation.lines.join('\n')}
        </pre>
      )}
      {installation?.error !== undefined && (
        <p role="alert" className="text-xs wrap-anywhere text-failed">
          {installation.error.message} {installation.error.hint}
        </p>
      )}
    </div>
  );
}

function backendText({ kind, detail }: AgentBackend): string {
  switch (kind) {
    case 'configured':
      return `Model server ${detail}`;
    case 'key':
      return `With the key in ${detail}`;
    case 'login':
      return `Logged in${detail === '' ? '' : `: ${detail}`}`;
    case 'rehearsal':
      return 'Rehearsal: offline practice model';
  }
}
