// The entries of the configuration: from the schema that reads it, with the variables that set them.

import { gatewayEntries, parleyVariables } from '@parley/daemon';
import { ConfigSchema } from '@parley/schema';
import { code, table } from './table.ts';

interface Node {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
}

/** One table: entry, type, default, variable, meaning. Throws when an entry is not described. */
export function configurationTable(): string {
  const schema = ConfigSchema.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as Node;
  return table(
    ['entry', 'type', 'default', 'variable', 'what it is'],
    entriesOf(schema, '').map(({ key, node }) => [
      code(key),
      typeOf(node),
      node.default === undefined ? '' : code(JSON.stringify(node.default)),
      [...parleyVariables, ...gatewayEntries]
        .filter(({ sets }) => sets.some((set) => set.key.join('.') === key))
        .map(({ name }) => code(name))
        .join(', '),
      node.description ?? '',
    ]),
  );
}

function entriesOf(node: Node, key: string): readonly { readonly key: string; readonly node: Node }[] {
  if (node.description === undefined) {
    const inner = typeof node.additionalProperties === 'object' ? { '<name>': node.additionalProperties } : {};
    const parts = Object.entries({ ...node.properties, ...inner });
    if (parts.length === 0) throw new Error(`the entry ${key} of the configuration has no description`);
    return parts.flatMap(([name, part]) => entriesOf(part, key === '' ? name : `${key}.${name}`));
  }
  return [{ key, node }];
}

function typeOf({ type, enum: words }: Node): string {
  if (words !== undefined) return words.map((word) => code(word)).join(', ');
  switch (type) {
    case 'array':
      return 'list of texts';
    case 'object':
      return 'table of texts';
    case 'string':
      return 'text';
    case 'integer':
      return 'whole number';
    default:
      return type ?? '';
  }
}
