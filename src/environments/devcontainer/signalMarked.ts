/**
 * Ends processes inside a container by a variable in their environment, with all that they started: ending the
 * engine's client ends nothing inside. The script is POSIX sh and needs /proc alone.
 */
import { runCommand } from '../../base/runCommand.ts';
import type { Engine } from '../engine/engine.ts';
import { engineProcess } from './engineCommand.ts';

export interface MarkedProcesses {
  readonly engine: Engine;
  /** Full id. */
  readonly container: string;
  /** `NAME=value`, without quotes and line ends. */
  readonly mark: string;
  /** Who runs them: another user may not read their environment. */
  readonly user: string;
  readonly variables?: NodeJS.ProcessEnv | undefined;
}

/** Resolves with how many processes got the signal; 0 where there are none, or the container is gone. */
export async function signalMarked(
  { engine, container, mark, user, variables }: MarkedProcesses,
  signal: 'TERM' | 'INT' | 'KILL',
): Promise<number> {
  const outcome = await runCommand(
    engineProcess(engine, ['exec', '--user', user, container, '/bin/sh', '-c', script, 'sh', mark, signal], {
      variables,
      timeoutMs: 30_000,
    }),
  );
  const count = Number(outcome.stdout.toString('utf8').trim());
  return outcome.exitCode === 0 && Number.isInteger(count) ? count : 0;
}

/** $1: the mark, $2: the signal. Prints how many processes got it. The script itself never has the mark. */
const script = `
found=' '
for folder in /proc/[0-9]*; do
  pid=\${folder#/proc/}
  [ "$pid" = "$$" ] && continue
  if tr '\\0' '\\n' <"$folder/environ" 2>/dev/null | grep -qxF -- "$1"; then found="$found$pid "; fi
done
again=1
while [ $again = 1 ]; do
  again=0
  for folder in /proc/[0-9]*; do
    pid=\${folder#/proc/}
    case "$found" in *" $pid "*) continue;; esac
    [ "$pid" = "$$" ] && continue
    line=$(cat "$folder/stat" 2>/dev/null) || continue
    rest=\${line##*) }
    set -- "$1" "$2" $rest
    case "$found" in *" $4 "*) found="$found$pid "; again=1;; esac
  done
done
count=0
for pid in $found; do kill -s "$2" "$pid" 2>/dev/null && count=$((count + 1)); done
echo $count
`;
