// Colours of progress lines: by what a line is, and only where a person sees them.

import picocolors from 'picocolors';
import type { Io } from '../io.ts';

export type Tone = 'plain' | 'dim' | 'good' | 'warning' | 'bad' | 'question';

export type Paint = (tone: Tone, text: string) => string;

/** For stderr. `NO_COLOR` and `TERM=dumb` are heeded. */
export function paintFor(io: Pick<Io, 'env' | 'stderrIsTerminal'>): Paint {
  const colors = picocolors.createColors(io.stderrIsTerminal && !io.env['NO_COLOR'] && io.env['TERM'] !== 'dumb');
  return (tone, text) => {
    switch (tone) {
      case 'plain':
        return text;
      case 'dim':
        return colors.dim(text);
      case 'good':
        return colors.green(text);
      case 'warning':
        return colors.yellow(text);
      case 'bad':
        return colors.red(text);
      case 'question':
        return colors.bold(text);
    }
  };
}
