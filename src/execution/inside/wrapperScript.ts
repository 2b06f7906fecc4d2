/**
 * The shell that runs a command inside a container: leads a session of its own, lets the command write its logs itself,
 * and says how it ended. It is nobody's child there and needs nobody to live, so the death of a supervisor or of the
 * engine's client loses nothing. POSIX sh; dash, busybox and bash run it.
 *
 * It is handed over as text, not as a file that somebody could replace. Arguments: that text,
 * the folder `inside` of the run as the container sees it, the working folder, the file for standard input, then the
 * command. What it says is in that folder, each file renamed into place:
 * `started` (its number and its line of /proc), `refused` (why there is no command), `ended` (the exit code).
 * Each ends with the key that the supervisor handed over in the environment, which other users of the machine cannot
 * read: where the folder is open to them, what they put there is not believed.
 * In `said` is what the shell itself printed: it reports a command that was ended by a signal there, which tells the
 * exit code 137 from SIGKILL.
 */
import { findProgram, findProgramVariables } from '../../environments/devcontainer/findProgram.ts';
import { insideFiles } from '../../runs/insideEnd.ts';

export const wrapperFiles = {
  started: 'started',
  refused: 'refused',
  ...insideFiles,
} as const;

/** Variable of the wrapper alone: the key of the run, which ends every line that it writes. */
export const keyVariable = 'LOCKSTEP_INSIDE_KEY';

/** Its exit code when it may not write into the run's folder. */
export const wrapperCannotWrite = 91;

export const wrapperScript = `
text=$1
shift
read -r _a _b _c _d _e session _f </proc/$$/stat
if [ "$session" != $$ ] && [ -z "$LOCKSTEP_NO_SETSID" ] && command -v setsid >/dev/null 2>&1; then
  LOCKSTEP_NO_SETSID=1; export LOCKSTEP_NO_SETSID
  exec setsid /bin/sh -c "$text" "$0" "$text" "$@"
fi
unset LOCKSTEP_NO_SETSID
key=\${${keyVariable}:+ $${keyVariable}}
unset ${keyVariable}
in=$1 cwd=$2 input=$3
shift 3
run=\${in%/*}
tell() { printf '%s\\n' "$2$key" >"$in/.$1" && mv -f "$in/.$1" "$in/$1" || exit ${wrapperCannotWrite}; }
refuse() { tell ${wrapperFiles.refused} "$1"; exit 0; }
if [ -n "$BASH_VERSION" ]; then set +o posix; fi
trap : HUP INT QUIT TERM
{ : >"$in/${wrapperFiles.said}"; } 2>/dev/null || exit ${wrapperCannotWrite}
exec 2>"$in/${wrapperFiles.said}"
[ -w "$run/stdout.log" ] && [ -w "$run/stderr.log" ] || exit ${wrapperCannotWrite}
cd "$cwd" || refuse cwd
${findProgram}
read -r line </proc/$$/stat
tell ${wrapperFiles.started} "$$ $line"
(unset text key in cwd input run session line ${findProgramVariables}; exec "$@") <"$input" >>"$run/stdout.log" 2>>"$run/stderr.log"
code=$?
tell ${wrapperFiles.ended} "$code"
`.trim();

/** What an engine is to execute. @param words Working folder and so on, as the script takes them after its own text. */
export function wrapperArgv(words: readonly string[]): string[] {
  return ['/bin/sh', '-c', wrapperScript, 'lockstep-run', wrapperScript, ...words];
}
