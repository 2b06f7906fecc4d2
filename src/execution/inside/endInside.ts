/**
 * Ends everything that a run has going inside a container, in the stages of Ctrl-C, shutdown and kill. The search and
 * the signals happen inside, by one shell a stage that stays until nothing is left: it works wherever the engine runs,
 * and each execution costs the engine a process that Podman keeps for minutes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { EndOptions } from '../commandPlace.ts';
import { runIdVariable } from '../childEnvironment.ts';
import { supervisorVariable } from '../supervisorEnvironment.ts';
import type { ContainerApi } from './containerApi.ts';
import type { ContainerFacts } from './engineFacts.ts';
import { isNotAnswering } from './engineCalls.ts';

/** Seconds the kernel gets to remove killed processes before they count as survivors. */
const killSeconds = 5;
const lookAgainMs = 1_000;
/** An engine that is started again takes about as long; processes that show here can be ended without it. */
const mostAttempts = 8;

/**
 * Arguments: the mark, the number of the wrapper (0 where it is not known), the signal, how many seconds to wait for
 * the end, when the wrapper was started in clock ticks of the machine (empty where that is not known): another process
 * that has its number by now is none of the run's. A process belongs to the run when it is in the wrapper's session or group, carries the mark, or is a
 * descendant of one that does; the wrapper itself is spared, since it says how the command ended. Prints how many were
 * signalled first, then how many are left.
 */
export const endScript = `
mark=$1 wrapper=$2 signal=$3 seconds=$4 start=$5
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
  if [ "$wrapper" != 0 ] && { [ "$4" = "$wrapper" ] || [ "$5" = "$wrapper" ]; }; then found="$found$1 "
  elif carries "$1" "^$mark\\$"; then found="$found$1 "; fi
}
started() { [ "\${20}" = "$start" ]; }
send() {
  for pid in $found; do
    case $told in *" $pid "*) [ "$signal" = KILL ] || continue ;; esac
    kill -s "$signal" "$pid" 2>/dev/null
    told="$told$pid "
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

export interface InsideTree {
  readonly api: ContainerApi;
  readonly container: string;
  readonly runId: string;
  readonly user: string | undefined;
  /** Number inside of the shell that runs the command. */
  readonly wrapper: number | undefined;
  /** When that was started, as `/proc` inside says it. */
  readonly wrapperStart: string | undefined;
  /** When the container was: after another start its numbers mean others, and nothing of the run is left. */
  readonly containerStartedAt: string | undefined;
}

export interface EndInsideOptions extends Omit<EndOptions, 'remembered'> {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves with how many could not be ended; 0 when the container does not run any more, or was started again since.
 * Rejects when nobody answers, or when aborted.
 */
export async function endInside(tree: InsideTree, options: EndInsideOptions): Promise<number> {
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
      const outcome = await signalInside(tree, signal, seconds, anyOf(hurried.signal, options.signal));
      if (outcome === undefined) return 0;
      options.onStage?.(signal, outcome.signalled);
      left = outcome.left;
      if (left === 0) return 0;
    } catch (error) {
      if (!hurried.signal.aborted || options.signal?.aborted === true) throw error;
    } finally {
      clearInterval(timer);
    }
  }
  // What runs as another user by now (sudo) is for root to end.
  if (left > 0 && tree.user !== '0' && tree.user !== 'root')
    left = (await signalInside({ ...tree, user: '0' }, 'SIGKILL', killSeconds, options.signal))?.left ?? 0;
  return left;
}

/** How many processes of the run live inside; 0 when the container does not run, or was started again since. */
export async function countInside(tree: InsideTree, signal?: AbortSignal): Promise<number> {
  return (await signalInside(tree, 'CHECK', 0, signal))?.left ?? 0;
}

function anyOf(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? one : AbortSignal.any([one, other]);
}

/** Undefined when the container does not run any more, or was started again: then nothing in it is the run's. */
async function signalInside(
  { api, container, runId, user, wrapper, wrapperStart, containerStartedAt }: InsideTree,
  signal: NodeJS.Signals | 'CHECK',
  seconds: number,
  abort?: AbortSignal,
): Promise<{ signalled: number; left: number } | undefined> {
  // The signal 0 only asks whether a process is there.
  const name = signal === 'CHECK' ? '0' : signal.slice('SIG'.length);
  const argv = ['/bin/sh', '-c', endScript, 'lockstep-end', `${runIdVariable}=${runId}`];
  argv.push(String(wrapper ?? 0), name, String(seconds), wrapperStart ?? '');
  for (let attempt = 0; ; attempt++) {
    const now = await api.inspect(container, { signal: abort }).catch(() => 'cannot-tell' as const);
    abort?.throwIfAborted();
    if (now !== 'cannot-tell' && !isSameStart(now, containerStartedAt)) return undefined;
    try {
      const patienceMs = (seconds + 30) * 1000;
      const { stdout } = await api.run(container, { argv, user }, { patienceMs, signal: abort });
      const [signalled, left] = stdout.toString('utf8').trim().split(/\s+/).map(Number);
      if (left !== undefined && Number.isInteger(left)) return { signalled: signalled ?? 0, left };
    } catch (error) {
      abort?.throwIfAborted();
      if (isNotAnswering(error) && attempt >= mostAttempts) throw error;
    }
    if (attempt >= mostAttempts) throw new Error('the processes inside could not be looked at');
    await delay(lookAgainMs, undefined, abort === undefined ? {} : { signal: abort });
  }
}

function isSameStart(now: ContainerFacts | undefined, startedAt: string | undefined): boolean {
  if (now?.State.Running !== true) return false;
  return startedAt === undefined || now.State.StartedAt === startedAt;
}
