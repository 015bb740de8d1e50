// One question of an agent: choices, and a field for own words.

import type { ApprovalQuestion } from '@parley/schema';
import { useId } from 'react';
import { choose, write } from './question-answers.ts';
import type { QuestionAnswer } from './question-answers.ts';

interface Props {
  readonly question: ApprovalQuestion;
  readonly answer: QuestionAnswer;
  readonly onChange: (answer: QuestionAnswer) => void;
}

export function QuestionFields({ question, answer, onChange }: Props) {
  const id = useId();
  return (
    <fieldset className="space-y-1.5">
      <legend className="mb-1.5 text-sm font-medium wrap-anywhere">{question.text}</legend>
      {question.choices.map((choice) => (
        <label
          key={choice.label}
          className="flex cursor-pointer items-start gap-2.5 rounded-lg border border-line bg-surface px-3 py-2 text-sm hover:bg-hover has-checked:border-accent"
        >
          <input
            type={question.multiple ? 'checkbox' : 'radio'}
            name={id}
            checked={answer.chosen.includes(choice.label)}
            onChange={() => onChange(choose(question, answer, choice.label))}
            className="mt-1 size-4 shrink-0"
          />
          <span className="min-w-0 wrap-anywhere">
            {choice.label}
            {choice.description !== undefined && <span className="block text-xs text-muted">{choice.description}</span>}
          </span>
        </label>
      ))}
      <input
        className="field"
        aria-label={question.choices.length > 0 ? `Your own answer to: ${question.text}` : question.text}
        placeholder={question.choices.length > 0 ? 'Or write your own answer' : 'Your answer'}
        value={answer.words}
        onChange={(event) => onChange(write(question, answer, event.target.value))}
      />
    </fieldset>
  );
}
