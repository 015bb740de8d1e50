// The shell script between Parley and an agent. It outlives the daemon, so all that must not depend on the daemon is in here: keeping
// stdin open, feeding it, and writing down how the agent ended.

/**
 * Called as `sh -c wrapperScript <spool> <cat> <mkfifo> <agent's argv…>`, as leader of a session, with stdout and stderr on the spool.
 *
 * - The agent runs in the foreground: a trapped signal then waits for it, and SIGINT is not ignored in it as it would be behind `&`.
 *   Traps (not "ignore") because a child of the shell gets trapped signals back at their defaults.
 * - Shells say "Killed" on their own stderr; that must not look like the agent's words, so the shell's goes nowhere, and the agent gets
 *   its stderr inside of a subshell (dash applies the redirections of a plain command to itself while it waits).
 * - The feeder copies what the stdin file has grown by, then sleeps until the bell rings. It looks once before it first sleeps, so a ring
 *   that came before it listened is not missed. `<>` keeps the bell from ever being at its end. The mark `stdin.closed` is
 *   looked for before the copy, so that everything that was written before the mark is delivered before the end of file.
 *   (GNU `tail -f` would poll or need `--pid`, BSD's has neither; a bell costs nothing while idle and is exact about the end.)
 * - Its variables have a prefix because the environment of the agent may hold any other name, and assigning would change it there.
 * - `exit` is complete when it ends with a newline; one write, no rename needed.
 * - The last line ends the feeder and what the agent left in the group. The shell traps it.
 *
 * Cost, measured on 2 cores against a bare spawn of the same program: 2.3 ms to its first output. A write and its echo take 0.8 ms (the
 * feeder starts one `cat`).
 */
export const wrapperScript = `trap : HUP INT TERM
_parley_cat=$1 _parley_mkfifo=$2
shift 2
"$_parley_mkfifo" -m 600 "$0/input" "$0/bell" || exit 1
{
  exec 3<"$0/stdin" 4<>"$0/bell" >"$0/input"
  while :; do
    _parley_closed=
    [ -e "$0/stdin.closed" ] && _parley_closed=1
    "$_parley_cat" <&3 || break
    [ -n "$_parley_closed" ] && break
    read -r _parley_ring <&4 || break
  done
} 2>/dev/null &
exec 9>&2 2>/dev/null
(exec "$@" <"$0/input" 2>&9 9>&-)
echo "$?" >"$0/exit"
kill -TERM 0
`;
