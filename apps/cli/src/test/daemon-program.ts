// The fake daemon as a program: what the command starts in tests when no daemon runs. Ends when it is told to stop.

import { placesOf } from '@parley/client/node';
import { FakeDaemon } from './fake-daemon.ts';

const daemon = await new FakeDaemon().listen(placesOf().socket);
console.log(`fake daemon: ${process.argv.slice(2).join(' ')}`);
process.once('SIGTERM', () => void daemon.close().then(() => process.exit(0)));
