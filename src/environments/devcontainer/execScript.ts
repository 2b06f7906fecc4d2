/**
 * The shell that `exec` starts a command with, so that a program or a folder that is not there is told in our words and
 * with the codes of `docker run`, whatever the engine, and with a terminal, too. Then the command takes its place.
 */
import { findProgram, findProgramVariables } from './findProgram.ts';

/** Where the command could not be begun: as `docker run` has it. */
export const execCodes = { notBegun: 125, notExecutable: 126, notFound: 127 } as const;

const script = `
cd "$1" 2>/dev/null || { echo "lockstep: There is no folder $1 in the container, or its user may not enter it." >&2; exit ${execCodes.notBegun}; }
shift
unset OLDPWD
refuse() {
  case $1 in
    missing) echo "lockstep: The program $program was not found in the container." >&2; exit ${execCodes.notFound} ;;
    *) echo "lockstep: $program may not be executed in the container." >&2; exit ${execCodes.notExecutable} ;;
  esac
}
program=$1
${findProgram}
unset program ${findProgramVariables}
exec "$@"
`.trim();

/** @param cwd Absolute, inside. */
export function execArgv(cwd: string, argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', script, 'lockstep-exec', cwd, ...argv];
}
