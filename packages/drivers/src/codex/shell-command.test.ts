import assert from 'node:assert/strict';
import test from 'node:test';
import { unwrapShell } from './shell-command.ts';

test('a shell wrapper is taken off where it is exact', () => {
  const cases: readonly [string, string][] = [
    ["/bin/bash -lc 'echo hi > a.txt'", 'echo hi > a.txt'],
    ['/bin/bash -lc ls', 'ls'],
    ["bash -c 'ls'", 'ls'],
    [`/usr/bin/zsh -lc "echo 'a' \\"b\\" \\$c"`, `echo 'a' "b" $c`],
    [`/bin/bash -lc 'it'"'"'s'`, "it's"],
    ["/bin/bash -lc 'one\ntwo'", 'one\ntwo'],
    ["/bin/bash -lc ''", "/bin/bash -lc ''"],
    ["/bin/bash -lc 'a' 'b'", "/bin/bash -lc 'a' 'b'"],
    ["/bin/bash -lc 'open", "/bin/bash -lc 'open"],
    ['/bin/bash -lc "$HOME"', '/bin/bash -lc "$HOME"'],
    ['/bin/bash -lc a;b', '/bin/bash -lc a;b'],
    ['git status', 'git status'],
    ["echo bash -lc 'x'", "echo bash -lc 'x'"],
  ];
  for (const [command, shown] of cases) assert.equal(unwrapShell(command), shown);
});
