/** The processes of a run that nobody watches over any more, on this machine or in the container that its record names. */
import { findProcessTree } from '../base/processTree.ts';
import type { TreeRoot } from '../base/processTree.ts';
import type { ProcessRecord } from '../runs/processRecord.ts';
import { runIdVariable } from './childEnvironment.ts';
import { endTree } from './endTree.ts';
import type { GracePeriods } from './endTree.ts';
import { ContainerApi } from './inside/containerApi.ts';
import { countInside, endInside } from './inside/endInside.ts';
import { supervisorVariable } from './supervisorEnvironment.ts';

export interface OrphanTree {
  /** Rejects with the signal's reason when aborted. */
  count(signal?: AbortSignal): Promise<number>;
  /** Resolves with how many could not be ended. Rejects with the signal's reason when aborted. */
  end(grace: GracePeriods, signal?: AbortSignal): Promise<number>;
}

export function orphanTree(id: string, record: ProcessRecord | undefined): OrphanTree {
  const container = record?.container;
  if (container !== undefined) {
    const tree = {
      ...{ api: new ContainerApi(container.endpoint), runId: id },
      ...{ container: container.id, user: container.user, containerStartedAt: container.startedAt },
      ...{ wrapper: container.pid, wrapperStart: container.pidStart },
    };
    return {
      count: signal => countInside(tree, signal),
      end: (grace, signal) => endInside(tree, { grace, signal }),
    };
  }
  // A supervisor may have died before it could record the command: its mark remains.
  const tree: TreeRoot = {
    root: record?.child ?? { pid: -1 },
    session: record?.processGroup,
    marker: `${runIdVariable}=${id}`,
    foreign: `${supervisorVariable}=`,
  };
  return {
    count: async () => (await findProcessTree(tree)).length,
    end: grace => endTree({ tree: () => tree, grace }),
  };
}
