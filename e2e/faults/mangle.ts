// What can happen to a line between an agent and its reader: cut, doubled, swapped with its neighbour, drowned in noise, lost.

import type { Random } from './random.ts';

const noise = [
  '',
  '   ',
  'Warning: something about a certificate',
  '{',
  '}',
  'null',
  '[]',
  '[1,2',
  '"text"',
  '42',
  '{}',
  '{"type":null}',
  '{"id":1}',
  '{"id":"1","result":{}}',
  '{"jsonrpc":"2.0","id":999,"result":{}}',
  '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}',
  '{"jsonrpc":"2.0","method":"event","params":{"type":"Nonsense","payload":7}}',
  '{"method":"session/update","params":null}',
  '{"type":"result"}',
  '{"event":7}',
  '{"adapter":"nonsense"}',
  '\u001b[2K\u001b[1G⠋ thinking',
  '\ufffd\ufffd\ufffd',
  'x'.repeat(20_000),
] as const;

/** Lines instead of `line`. Bytes that are no UTF-8 reach a driver as replacement characters, so that is what is put in. */
export function mangled(line: string, random: Random): readonly string[] {
  const at = random.below(line.length + 1);
  switch (random.below(9)) {
    case 0:
      return [line.slice(0, at)];
    case 1:
      return [`${line.slice(0, at)}\n${line.slice(at)}`];
    case 2:
      return [line, line];
    case 3:
      return [`${line.slice(0, at)}\ufffd${line.slice(at + 1)}`];
    case 4:
      return [random.pick(noise) + line];
    case 5:
      return [];
    case 6:
      return [`${line}\r`];
    default:
      return [random.pick(noise), line];
  }
}

export function noiseLine(random: Random): string {
  return random.pick(noise);
}
