/**
 * The one way in which processes inside a container are ended. Ending the engine's client ends nothing inside, and numbers
 * of processes outside mean nothing there; so the search and the signals happen inside, by one shell that stays until
 * nothing is left. What a program starts inherits the mark in its environment, also in a session of its own. Needs
 * /proc, a shell, `tr` and `grep`: one that reads lists ended by NUL asks all processes at once, else each is asked (the
 * smallest builds of BusyBox). A process of another user shows its environment to nobody without further rights,
 * mostly not even to root.
 */

/**
 * Arguments: the mark (`NAME=value`), the number of the shell that leads (0 where there is none), the signal (0 only
 * counts), how many seconds to wait for the end, when that shell was started in clock ticks of the machine (empty where
 * that is not known): another process that has its number by now is none of these; and the name of a variable whose
 * bearers are somebody else's (empty for none). A process counts when it is in the session or group of the shell that
 * leads, carries the mark, or is a descendant of one that does; that shell itself is spared, since it says how the
 * command ended, and so is who is dying, whose environment is gone. Prints how many were signalled first, then how many
 * are left.
 */
export const endScript = `
mark=$1 wrapper=$2 signal=$3 seconds=$4 start=$5 foreign=$6
zero=
printf 'a\\000b' | grep -qzxF b 2>/dev/null && zero=1
carries() { tr '\\000' '\\n' </proc/$1/environ 2>/dev/null | grep -q "$2" -- "$3" 2>/dev/null; }
bearers() {
  if [ -n "$zero" ]; then grep -lszxF -e "$mark" /proc/[0-9]*/environ 2>/dev/null; return; fi
  for entry in /proc/[0-9]*; do carries "\${entry#/proc/}" -xF "$mark" && echo "$entry/environ"; done
}
look() {
  table= found=' ' marked=' '
  for entry in $(bearers); do
    entry=\${entry#/proc/}
    marked="$marked\${entry%/environ} "
  done
  for entry in /proc/[0-9]*; do
    pid=\${entry#/proc/}
    [ "$pid" = $$ ] && continue
    line=
    { read -r line <"$entry/stat"; } 2>/dev/null
    [ -n "$line" ] || continue
    take "$pid" \${line##*') '}
  done
  more=1
  while [ -n "$more" ]; do
    more=
    for pair in $table; do
      pid=\${pair%:*}
      case $found in *" $pid "*) continue ;; esac
      case $found in *" \${pair#*:} "*) apart "$pid" || { found="$found$pid "; more=1; } ;; esac
    done
  done
}
take() {
  case $2 in Z|X) return ;; esac
  [ "$1" = "$wrapper" ] && return
  [ "$5" = $$ ] && return
  table="$table $1:$3"
  if [ "$wrapper" != 0 ] && { [ "$4" = "$wrapper" ] || [ "$5" = "$wrapper" ]; }; then found="$found$1 "
  else case $marked in *" $1 "*) found="$found$1 " ;; esac; fi
}
apart() { [ -n "$foreign" ] && carries "$1" -s "^$foreign="; }
started() { [ "\${20}" = "$start" ]; }
send() {
  for pid in $found; do
    case $told in
      *" $pid "*) [ "$signal" = KILL ] || continue ;;
      *) told="$told$pid " ;;
    esac
    kill -s "$signal" "$pid" 2>/dev/null
  done
}
if [ "$wrapper" != 0 ] && [ -n "$start" ]; then
  line=
  { read -r line <"/proc/$wrapper/stat"; } 2>/dev/null
  [ -z "$line" ] || started \${line##*') '} || wrapper=0
fi
told=' '
look; send
look; send
set -- $told
echo $#
end=$(( $(date +%s) + seconds ))
while look; [ "$found" != ' ' ] && [ "$(date +%s)" -lt "$end" ]; do
  [ "$signal" = KILL ] && send
  sleep 0.1 2>/dev/null || sleep 1
done
set -- $found
echo $#
`.trim();

export interface EndQuestion {
  /** `NAME=value`. */
  readonly mark: string;
  /** `TERM`, `KILL`, `INT`; `0` only counts. */
  readonly signal: string;
  /** How long to wait until they are gone. */
  readonly seconds: number;
  /** A variable: who has it is not counted among the descendants. */
  readonly foreign?: string | undefined;
  /** The shell that leads the session, by its number inside, and when it was started. */
  readonly leader?: number | undefined;
  readonly leaderStart?: string | undefined;
}

export interface Ended {
  readonly signalled: number;
  readonly left: number;
}

/** What is to be executed inside. */
export function endArgv({ mark, signal, seconds, foreign, leader, leaderStart }: EndQuestion): string[] {
  const words = [mark, String(leader ?? 0), signal, String(seconds), leaderStart ?? '', foreign ?? ''];
  return ['/bin/sh', '-c', endScript, 'lockstep-end', ...words];
}

/** Undefined when it says nothing that makes sense: there is no usable shell. */
export function readEnded(printed: string): Ended | undefined {
  const [signalled, left] = printed.trim().split(/\s+/).map(Number);
  return left !== undefined && Number.isInteger(left) ? { signalled: signalled ?? 0, left } : undefined;
}
