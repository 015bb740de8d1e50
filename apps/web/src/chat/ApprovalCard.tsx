// A question of the agent that waits for an answer: what it wants to do, and the ways to answer.

import type { Approval, ApprovalOption } from '@parley/schema';
import { useId, useState } from 'react';
import { FileChangeRow } from '../items/FileChanges.tsx';
import { CommandText } from '../items/CommandText.tsx';
import { OutputBlock } from '../items/OutputBlock.tsx';
import { prettyJson } from '../items/pretty-json.ts';
import { client, errorOf } from '../state/daemon.ts';
import { Button } from '../ui/Button.tsx';
import type { ButtonWeight } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Countdown } from './Countdown.tsx';
import { QuestionFields } from './QuestionFields.tsx';
import { answersTo, emptyAnswer, isAnswered } from './question-answers.ts';
import type { QuestionAnswer } from './question-answers.ts';

interface Props {
  readonly approval: Approval;
  readonly agentTitle: string;
}

export function ApprovalCard({ approval, agentTitle }: Props) {
  const { kind, title, reason, command, cwd, changes, input, questions = [] } = approval;
  const [given, setGiven] = useState<Readonly<Record<string, QuestionAnswer>>>({});
  const [message, setMessage] = useState<string>();
  const [answering, setAnswering] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const id = useId();
  const answered = questions.every((question) => isAnswered(given[question.id] ?? emptyAnswer));

  const answer = (option: ApprovalOption) => {
    setAnswering(option.id);
    setProblem(undefined);
    const words = message?.trim() ?? '';
    client
      .answerApproval(approval.id, {
        optionId: option.id,
        ...(words === '' ? {} : { message: words }),
        ...(kind === 'question' && option.effect === 'allow' ? { answers: answersTo(questions, given) } : {}),
      })
      // Until the event arrives that takes the card away, the buttons stay shut.
      .catch((error: unknown) => {
        const { code, message: what, hint } = errorOf(error);
        if (code === 'approval_resolved') return;
        setAnswering(undefined);
        setProblem(`${what} ${hint}`);
      });
  };

  return (
    <section
      aria-labelledby={id}
      className="animate-rise space-y-3 rounded-2xl border border-waiting-line bg-waiting-soft p-4 shadow-sm"
    >
      <header className="flex items-start gap-2.5">
        <Icon name={kind === 'question' ? 'question' : 'hand'} className="mt-0.5 size-5 text-waiting" />
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <p className="text-xs font-medium text-waiting">{askerOf(kind, agentTitle)}</p>
            <Countdown until={approval.deadlineAt} />
          </div>
          <h3 id={id} className="font-semibold wrap-anywhere">
            {title}
          </h3>
          {reason !== undefined && reason !== '' && <p className="mt-0.5 text-sm wrap-anywhere text-muted">{reason}</p>}
        </div>
      </header>
      {command !== undefined && <CommandText command={command} cwd={cwd} />}
      {changes?.map((change) => (
        <div key={change.path} className="rounded-lg bg-surface">
          <FileChangeRow change={change} running={false} openAtFirst />
        </div>
      ))}
      {input !== undefined && command === undefined && changes === undefined && questions.length === 0 && (
        <OutputBlock output={prettyJson(input)} label={kind === 'launch' ? 'Plan' : 'Arguments'} />
      )}
      {questions.map((question) => (
        <QuestionFields
          key={question.id}
          question={question}
          answer={given[question.id] ?? emptyAnswer}
          onChange={(next) => setGiven((before) => ({ ...before, [question.id]: next }))}
        />
      ))}
      {message !== undefined && (
        <label className="block text-sm">
          <span className="text-muted">
            Words for {kind === 'launch' ? 'whoever made the request' : 'the agent'}, sent with your answer
          </span>
          <input
            className="field mt-1"
            value={message}
            maxLength={10_000}
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the person has just asked for this field
            autoFocus
            onChange={(event) => setMessage(event.target.value)}
          />
        </label>
      )}
      <div className="flex flex-wrap gap-2">
        {approval.options.map((option, index) => (
          <Button
            key={option.id}
            weight={weightOf(option)}
            disabled={answering !== undefined || (option.effect === 'allow' && !answered)}
            aria-busy={answering === option.id}
            onClick={() => answer(option)}
            className={`max-sm:grow ${index === 0 ? 'max-sm:basis-full' : 'max-sm:basis-[40%]'}`}
          >
            {option.label}
          </Button>
        ))}
        {message === undefined && (
          <Button weight="quiet" onClick={() => setMessage('')}>
            Add a note
          </Button>
        )}
      </div>
      {problem !== undefined && (
        <p role="alert" className="text-sm text-failed">
          {problem}
        </p>
      )}
    </section>
  );
}

/** Before anything is started there is no agent that could ask. */
function askerOf(kind: Approval['kind'], agentTitle: string): string {
  switch (kind) {
    case 'question':
      return `${agentTitle} asks you`;
    case 'launch':
      return `A request for ${agentTitle} waits for you: nothing has been started`;
    default:
      return `${agentTitle} asks for permission`;
  }
}

function weightOf({ effect }: ApprovalOption): ButtonWeight {
  switch (effect) {
    case 'allow':
      return 'primary';
    case 'allow-always':
    case 'deny':
      return 'plain';
    case 'cancel':
      return 'danger';
  }
}
