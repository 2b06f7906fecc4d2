/** The status of an MLflow run as the end of a run of Lockstep. */
import type { ChildRunEnd } from '../trackedRun.ts';
import type { MlflowRun } from './trackingState.ts';

/** Undefined while it goes on. */
export function endOf(run: MlflowRun): ChildRunEnd | undefined {
  const endedAt = run.end ?? Date.now();
  switch (run.status) {
    case 'FINISHED':
      return { state: 'finished', endedAt };
    case 'FAILED':
      return { state: 'failed', endedAt };
    case 'KILLED':
      return { state: 'cancelled', endedAt };
    case 'RUNNING':
    case 'SCHEDULED':
      return undefined;
  }
}
