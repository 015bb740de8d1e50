// Test support: a stand-in of packages/rehearsal as an executable of the agent's name.

import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'node:test';

/** A folder of this test's own, gone when it ends. */
export function temporaryFolder(t: TestContext): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'parley-drivers-')));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** `<folder>/<name>`, which runs `stand-ins/<file>`. */
export function standIn(folder: string, name: string, file: string): string {
  const program = fileURLToPath(new URL(`../../../../rehearsal/src/stand-ins/${file}`, import.meta.url));
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' --conditions=source '${program}' "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}
