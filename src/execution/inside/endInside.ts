/**
 * Ends everything that a run has going inside a container, in the stages of Ctrl-C, shutdown and kill. The search and
 * the signals happen inside, by one shell a stage that stays until nothing is left: it works wherever the engine runs,
 * and each execution costs the engine a process that Podman keeps for minutes.
 */
import type { EndOptions } from '../commandPlace.ts';
import { runIdVariable } from '../childEnvironment.ts';
import { supervisorVariable } from '../supervisorEnvironment.ts';
import type { ContainerApi } from './containerApi.ts';
import { isNotAnswering } from './containerApi.ts';

/** Seconds the kernel gets to remove killed processes before they count as survivors. */
const killSeconds = 5;
const lookAgainMs = 1_000;
/** An engine that is started again takes about as long; processes that show here can be ended without it. */
const mostAttempts = 8;

/**
 * Arguments: the mark, the number of the wrapper (0 where it is not known), the signal, how many seconds to wait for
 * the end. A process belongs to the run when it is in the wrapper's session or group, carries the mark, or is a
 * descendant of one that does; the wrapper itself is spared, since it says how the command ended. Prints how many were
 * signalled first, then how many are left.
 */
export const endScript = `
mark=$1 wrapper=$2 signal=$3 seconds=$4
carries() { tr '\\000' '\\n' </proc/$1/environ 2>/dev/null | grep -q "$2" 2>/dev/null; }
look() {
  table= found=' '
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
      case $found in *" \${pair#*:} "*) carries "$pid" '^${supervisorVariable}=' || { found="$found$pid "; more=1; } ;; esac
    done
  done
}
take() {
  case $2 in Z|X) return ;; esac
  [ "$1" = "$wrapper" ] && return
  [ "$5" = $$ ] && return
  table="$table $1:$3"
  if [ "$4" = "$wrapper" ] || [ "$5" = "$wrapper" ] || carries "$1" "^$mark\\$"; then found="$found$1 "; fi
}
send() {
  for pid in $found; do
    case $told in *" $pid "*) [ "$signal" = KILL ] || continue ;; esac
    kill -s "$signal" "$pid" 2>/dev/null
    told="$told$pid "
  done
}
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

export interface InsideTree {
  readonly api: ContainerApi;
  readonly container: string;
  readonly runId: string;
  readonly user: string | undefined;
  /** Number inside of the shell that runs the command. */
  readonly wrapper: number | undefined;
}

/** Resolves with how many could not be ended; 0 when the container does not run any more. Rejects when nobody answers. */
export async function endInside(tree: InsideTree, options: Omit<EndOptions, 'remembered'>): Promise<number> {
  const { interruptMs, terminateMs } = options.grace;
  const stages = [
    ['SIGINT', Math.ceil(interruptMs / 1000)],
    ['SIGTERM', Math.ceil(terminateMs / 1000)],
    ['SIGKILL', killSeconds],
  ] as const;
  let left = 0;
  for (const [signal, seconds] of stages) {
    const asked = options.timesAsked?.() ?? 1;
    const hurried = new AbortController();
    const timer = setInterval(() => {
      if (signal !== 'SIGKILL' && (options.timesAsked?.() ?? 1) > asked) hurried.abort();
    }, 50);
    try {
      const outcome = await signalInside(tree, signal, seconds, hurried.signal);
      if (outcome === undefined) return 0;
      options.onStage?.(signal, outcome.signalled);
      left = outcome.left;
      if (left === 0) return 0;
    } catch (error) {
      if (!hurried.signal.aborted) throw error;
    } finally {
      clearInterval(timer);
    }
  }
  // What runs as another user by now (sudo) is for root to end.
  if (left > 0 && tree.user !== '0' && tree.user !== 'root')
    left = (await signalInside({ ...tree, user: '0' }, 'SIGKILL', killSeconds))?.left ?? 0;
  return left;
}

/** How many processes of the run live inside; 0 when the container does not run. */
export async function countInside(tree: InsideTree): Promise<number> {
  return (await signalInside(tree, 'CHECK', 0))?.left ?? 0;
}

/** Undefined when the container does not run any more: then nothing in it does. */
async function signalInside(
  { api, container, runId, user, wrapper }: InsideTree,
  signal: NodeJS.Signals | 'CHECK',
  seconds: number,
  abort?: AbortSignal,
): Promise<{ signalled: number; left: number } | undefined> {
  // The signal 0 only asks whether a process is there.
  const name = signal === 'CHECK' ? '0' : signal.slice('SIG'.length);
  const argv = ['/bin/sh', '-c', endScript, 'lockstep-end', `${runIdVariable}=${runId}`];
  argv.push(String(wrapper ?? 0), name, String(seconds));
  for (let attempt = 0; ; attempt++) {
    try {
      const patienceMs = (seconds + 30) * 1000;
      const { stdout } = await api.run(container, { argv, user }, { patienceMs, signal: abort });
      const [signalled, left] = stdout.toString('utf8').trim().split(/\s+/).map(Number);
      if (left !== undefined && Number.isInteger(left)) return { signalled: signalled ?? 0, left };
    } catch (error) {
      abort?.throwIfAborted();
      if (isNotAnswering(error) && attempt >= mostAttempts) throw error;
    }
    const now = await api.inspect(container).catch(() => 'cannot-tell' as const);
    if (now === undefined || (now !== 'cannot-tell' && !now.State.Running)) return undefined;
    if (attempt >= mostAttempts) throw new Error('the processes inside could not be looked at');
    await new Promise(resolve => setTimeout(resolve, lookAgainMs));
  }
}
