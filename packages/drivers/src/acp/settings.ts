// A conversation's mode, model and effort, in the words that the agent offers when the conversation is opened.

import { errorBody } from '@parley/schema';
import type { ErrorBody } from '@parley/schema';
import { listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice } from '../shared/unknown-event.ts';
import type { AcpState, Outputs, Wish } from './state.ts';

interface Wishes {
  readonly wishes: readonly Wish[];
  readonly modeId: string | undefined;
  /** The model that answers, as far as it is known. */
  readonly model: string | undefined;
  /** A wish that the agent does not offer and that the session cannot do without. */
  readonly problem: ErrorBody | undefined;
}

/** `opened` is the result of `session/new`, `session/load` or `session/resume`: `modes`, `models`, `configOptions`, each optional. */
export function wishesFor(state: AcpState, sessionId: string, opened: Json, out: Outputs): Wishes {
  const options = listIn(opened['configOptions']).map(objectIn);
  const mode = modeWish(state, sessionId, opened, options);
  const model = modelWish(state, sessionId, opened, options, out);
  const effort = effortWish(state, sessionId, options, out);
  const wishes = [mode?.wish, model.wish, effort].filter((wish) => wish !== undefined);
  return { wishes, modeId: mode?.id, model: model.name, problem: model.problem };
}

interface Choice {
  readonly id: string;
  readonly name: string | undefined;
}

interface Setting {
  readonly current: string | undefined;
  readonly choices: readonly Choice[];
  readonly wish: (id: string) => Pick<Wish, 'method' | 'params'>;
}

function modeWish(
  state: AcpState,
  sessionId: string,
  opened: Json,
  options: readonly Json[],
): { readonly id: string; readonly wish: Wish | undefined } | undefined {
  const { policy } = state.context;
  const modes = objectIn(opened['modes']);
  const setting: Setting | undefined = Array.isArray(modes['availableModes'])
    ? {
        current: stringIn(modes['currentModeId']),
        choices: choicesIn(modes['availableModes'], 'id'),
        wish: (modeId) => ({ method: 'session/set_mode', params: { sessionId, modeId } }),
      }
    : configOption(sessionId, options, 'mode');
  const wanted = state.dialect.modes[policy];
  const id = wanted.find((each) => setting?.choices.some((choice) => choice.id === each));
  if (setting === undefined || id === undefined) return undefined;
  if (id === setting.current) return { id, wish: undefined };
  return { id, wish: { ...setting.wish(id), needed: policy !== 'full', purpose: `the mode "${id}"` } };
}

function modelWish(
  state: AcpState,
  sessionId: string,
  opened: Json,
  options: readonly Json[],
  out: Outputs,
): { readonly name: string | undefined; readonly wish?: Wish; readonly problem?: ErrorBody } {
  const { model } = state.context;
  const models = objectIn(opened['models']);
  const setting: Setting | undefined =
    configOption(sessionId, options, 'model') ??
    (Array.isArray(models['availableModels'])
      ? {
          current: stringIn(models['currentModelId']),
          choices: choicesIn(models['availableModels'], 'modelId'),
          wish: (modelId) => ({ method: 'session/set_model', params: { sessionId, modelId } }),
        }
      : undefined);
  if (model === undefined || state.dialect.modelBy === 'launch') return { name: model ?? setting?.current };
  const id = setting === undefined ? undefined : idOf(setting, model);
  // A server of our choice answers to any name; in the agent's own list it need not stand.
  const needed = state.context.endpoint === 'own';
  if (setting === undefined || id === undefined) {
    const text = `${state.dialect.title} does not offer the model "${model}" here.`;
    const offered = setting?.choices.map((choice) => choice.id) ?? [];
    if (needed) return { name: model, problem: errorBody('model_unknown', text, { offered }) };
    out.push(notice(undefined, 'warning', 'setting_refused', text));
    return { name: setting?.current };
  }
  if (id === setting.current) return { name: model };
  return { name: model, wish: { ...setting.wish(id), needed, purpose: `the model "${model}"` } };
}

function effortWish(state: AcpState, sessionId: string, options: readonly Json[], out: Outputs): Wish | undefined {
  const { effort } = state.context;
  if (effort === undefined) return undefined;
  const setting = configOption(sessionId, options, 'thought_level');
  const id = setting === undefined ? undefined : idOf(setting, effort);
  if (setting === undefined || id === undefined) {
    const text = `${state.dialect.title} does not offer the effort "${effort}" here; its own choice stays.`;
    out.push(notice(undefined, 'warning', 'setting_refused', text));
    return undefined;
  }
  return id === setting.current ? undefined : { ...setting.wish(id), needed: false, purpose: `the effort "${effort}"` };
}

/** By id, or by the name that is shown for it: the model that Kimi Code takes from its environment has an id of its own (2.1.0). */
function idOf({ choices }: Setting, wanted: string): string | undefined {
  return (choices.find(({ id }) => id === wanted) ?? choices.find(({ name }) => name === wanted))?.id;
}

/** The option of this category, else the one with this id. */
function configOption(sessionId: string, options: readonly Json[], category: string): Setting | undefined {
  const option =
    options.find((each) => each['category'] === category) ?? options.find((each) => each['id'] === category);
  const configId = stringIn(option?.['id']);
  if (option === undefined || configId === undefined || !Array.isArray(option['options'])) return undefined;
  const choices = option['options'].flatMap((each) => {
    const { options: group } = objectIn(each);
    return Array.isArray(group) ? choicesIn(group, 'value') : choicesIn([each], 'value');
  });
  return {
    current: stringIn(option['currentValue']),
    choices,
    wish: (value) => ({ method: 'session/set_config_option', params: { sessionId, configId, value } }),
  };
}

function choicesIn(list: readonly unknown[], idField: string): readonly Choice[] {
  return list.flatMap((each) => {
    const id = stringIn(objectIn(each)[idField]);
    return id === undefined ? [] : [{ id, name: stringIn(objectIn(each)['name']) }];
  });
}
