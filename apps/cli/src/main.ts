// The `parley` command. Loads as little as it can: `--version` nothing at all, the others the code of the chosen command.

import manifest from '../package.json' with { type: 'json' };

const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${manifest.version}\n`);
} else {
  const [{ runProgram }, { processIo }] = await Promise.all([import('./program.ts'), import('./io.ts')]);
  const io = processIo();
  const code = await runProgram(args, io, manifest.version);
  // What is still open by now (a terminal being read, a connection on its way down) would only keep the caller waiting.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
