// The fake daemon as a program: what the command starts in tests when no daemon runs. Ends when it is told to stop.

import { rmSync } from 'node:fs';
import { placesOf } from '@parley/client/node';
import { FakeDaemon } from './fake-daemon.ts';

const daemon = new FakeDaemon();
daemon.play = (turn) => {
  if (turn.turn.text !== 'for ever') return turn.complete(`You said: ${turn.turn.text}`);
  turn.emit({ type: 'notice', turnId: turn.turn.id, level: 'info', code: 'test', text: 'at work' });
};
const { socket } = placesOf();
// Left behind by one that was killed; that nobody listens on it is what whoever starts this has made sure of.
rmSync(socket, { force: true });
await daemon.listen(socket);
console.log(`fake daemon: ${process.argv.slice(2).join(' ')}`);
process.once('SIGTERM', () => void daemon.close().then(() => process.exit(0)));
