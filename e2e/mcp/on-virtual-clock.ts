// Loaded into a process before its program: its timers and dates follow the clock of the test, at the socket that VIRTUAL_CLOCK names.

import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { mock } from 'node:test';
import type { Tick } from './virtual-clock.ts';

const socket = connect(process.env['VIRTUAL_CLOCK'] ?? '');
const begun = Promise.withResolvers<void>();

/** Rounds of the event loop in which what a timer began gets its chance: writing to a socket, reading what the other side says to it. */
const rounds = 3;

createInterface({ input: socket }).on('line', (line) => void hear(JSON.parse(line) as Tick));
socket.on('error', begun.reject);
await begun.promise;
// It does not keep the process.
socket.unref();

async function hear(said: Tick): Promise<void> {
  if ('now' in said) {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: said.now });
    begun.resolve();
    return;
  }
  mock.timers.tick(said.tick);
  for (let round = 0; round < rounds; round++) await new Promise<void>((resolve) => void setImmediate(resolve));
  socket.write('done\n');
}
