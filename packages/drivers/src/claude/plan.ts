// Claude's plan: the todo list of older models (`TodoWrite`) and the task list of newer ones (`TaskCreate`, `TaskUpdate`).
// Which of them a session has, if any, depends on the model: none with Sonnet 5.5 on 2.1.329.

import type { PlanStep } from '@parley/schema';
import { listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { activeTurn, nextItemId } from './state.ts';
import type { Draft, TaskUse } from './state.ts';

const planTools: ReadonlySet<string> = new Set(['TodoWrite', 'TaskCreate', 'TaskUpdate']);

export function isPlanTool(name: string): boolean {
  return planTools.has(name);
}

export function taskUseOf(name: string, input: Json): TaskUse | undefined {
  const subject = stringIn(input.subject);
  if (name === 'TaskCreate') return { id: undefined, subject: subject ?? '', status: 'pending' };
  if (name !== 'TaskUpdate') return undefined;
  const status = stringIn(input.status);
  return {
    id: stringIn(input.taskId) ?? '',
    subject,
    status: status === 'deleted' ? 'deleted' : status === undefined ? undefined : statusOf(status),
  };
}

export function planOfTodos(input: Json): readonly PlanStep[] {
  return listIn(input.todos).map((each) => {
    const todo = objectIn(each);
    return { text: stringIn(todo.content) ?? '', status: statusOf(todo.status) };
  });
}

function statusOf(status: unknown): PlanStep['status'] {
  return status === 'completed' || status === 'in_progress' ? status : 'pending';
}

/** Carries out a successful use of the Task tools, and gives the plan that comes of it. */
export function planAfter(draft: Draft, use: TaskUse, result: Json): readonly PlanStep[] {
  const { state } = draft;
  if (use.id === undefined) {
    const id = stringIn(objectIn(result.task).id) ?? String(state.tasks.length + 1);
    state.tasks = [...state.tasks, { id, subject: use.subject ?? '', status: 'pending' }];
  } else if (use.status === 'deleted') {
    state.tasks = state.tasks.filter((task) => task.id !== use.id);
  } else {
    const { status, subject } = use;
    state.tasks = state.tasks.map((task) =>
      task.id === use.id ? { ...task, subject: subject ?? task.subject, status: status ?? task.status } : task,
    );
  }
  return state.tasks.map(({ subject, status }) => ({ text: subject, status }));
}

/** Each update is the whole plan, under one id per turn. */
export function showPlan(draft: Draft, steps: readonly PlanStep[]): void {
  const turn = activeTurn(draft);
  if (turn === undefined) return;
  const id = turn.planId ?? nextItemId(draft);
  if (turn.planId === undefined) {
    draft.state.turn = { ...turn, planId: id };
    draft.outputs.push({ type: 'item-started', turnId: turn.turnId, item: { id, type: 'plan', steps } });
  }
  draft.outputs.push({ type: 'item-completed', turnId: turn.turnId, item: { id, type: 'plan', steps } });
}
