/**
 * The shell that runs a command inside a container: leads a session of its own, lets the command write its logs itself,
 * and says how it ended. It is nobody's child there and needs nobody to live, so the death of a supervisor or of the
 * engine's client loses nothing. POSIX sh; dash, busybox and bash run it.
 *
 * It is handed over as text, not as a file that somebody could replace. Arguments: that text, the folder `inside` of the run as the container sees it, the working folder, the file for standard input,
 * then the command. What it says is in that folder, each file renamed into place:
 * `started` (its number and its line of /proc), `refused` (why there is no command), `ended` (the exit code).
 * In `said` is what the shell itself printed: it reports a command that was ended by a signal there, which tells the
 * exit code 137 from SIGKILL.
 */
import { findProgram, findProgramVariables } from '../../environments/devcontainer/findProgram.ts';

export const wrapperFiles = {
  started: 'started',
  refused: 'refused',
  ended: 'ended',
  said: 'said',
} as const;

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
in=$1 cwd=$2 input=$3
shift 3
run=\${in%/*}
tell() { printf '%s\\n' "$2" >"$in/.$1" && mv -f "$in/.$1" "$in/$1" || exit ${wrapperCannotWrite}; }
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
(unset text in cwd input run session line ${findProgramVariables}; exec "$@") <"$input" >>"$run/stdout.log" 2>>"$run/stderr.log"
code=$?
tell ${wrapperFiles.ended} "$code"
`.trim();

/** What an engine is to execute. @param words Working folder and so on, as the script takes them after its own text. */
export function wrapperArgv(words: readonly string[]): string[] {
  return ['/bin/sh', '-c', wrapperScript, 'lockstep-run', wrapperScript, ...words];
}

/** Signals that shells do not report when they end a command. */
const silent: Readonly<Record<number, NodeJS.Signals>> = { 2: 'SIGINT', 13: 'SIGPIPE' };

const signals: Readonly<Record<number, NodeJS.Signals>> = {
  ...{ 1: 'SIGHUP', 3: 'SIGQUIT', 4: 'SIGILL', 5: 'SIGTRAP', 6: 'SIGABRT', 7: 'SIGBUS', 8: 'SIGFPE' },
  ...{ 9: 'SIGKILL', 10: 'SIGUSR1', 11: 'SIGSEGV', 12: 'SIGUSR2', 14: 'SIGALRM', 15: 'SIGTERM' },
  ...{ 16: 'SIGSTKFLT', 24: 'SIGXCPU', 25: 'SIGXFSZ', 26: 'SIGVTALRM', 27: 'SIGPROF', 31: 'SIGSYS' },
  ...silent,
};

export interface WrapperEnd {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/**
 * How the command ended, from the files `ended` and `said`. A shell tells a signal as 128 and its number, which a
 * program may also return itself; then the shell has said nothing. Of SIGINT and SIGPIPE, which it never reports, the
 * signal is taken for true. Undefined when `ended` holds no number.
 */
export function readWrapperEnd(ended: string, said: string): WrapperEnd | undefined {
  const text = ended.trim();
  if (!/^\d{1,3}$/.test(text)) return undefined;
  const exitCode = Number(text);
  const number = exitCode - 128;
  const signal = signals[number];
  if (signal === undefined || (silent[number] === undefined && said.trim() === ''))
    return { exitCode, signal: undefined };
  return { exitCode: undefined, signal };
}
