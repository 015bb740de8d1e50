// `parley doctor`: what is here, what is wrong, and the command that mends it. Looks, and changes nothing.

import type { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { Context } from '../commands.ts';
import { examples } from '../examples.ts';

interface DoctorOptions {
  readonly json?: true;
  readonly schema?: true;
  readonly verify?: true;
}

export function define(command: Command, { io, end }: Context): void {
  command
    .description(
      'Look at everything that Parley needs: Node, configuration, state directory, daemon, agents and their logins, ports, exposure, MCP ' +
        'clients, disk space. Starts nothing and writes nothing. Exit code 1 when there is a problem.',
    )
    .option('--json', 'print the report as JSON')
    .option('--schema', 'print the JSON Schema of that report')
    .option('--verify', 'ask the public address, if one is configured, whether it answers')
    .addHelpText(
      'after',
      examples(
        ['parley doctor', 'what is wrong, and how to mend it'],
        ["parley doctor --json | jq -r '.nextActions[]'", 'only the commands'],
        ['parley doctor --verify', 'and whether the public address answers'],
      ),
    )
    .action(async ({ json, schema, verify }: DoctorOptions) => {
      if (schema === true) {
        const { schemaOfDoctorReport } = await import('@parley/schema');
        return void io.stdout.write(`${JSON.stringify(schemaOfDoctorReport(), null, 2)}\n`);
      }
      const [{ examine }, { thisWorld }, { describeReport }] = await Promise.all([
        import('../doctor/examine.ts'),
        import('../doctor/world.ts'),
        import('../doctor/describe-report.ts'),
      ]);
      const report = await examine(thisWorld(io, manifest.version, verify === true));
      const width = io.stdoutIsTerminal ? io.columns : Infinity;
      io.stdout.write(json === true ? `${JSON.stringify(report)}\n` : describeReport(report, width));
      if (!report.ok) end(1);
    });
}
