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
  count(): Promise<number>;
  /** Resolves with how many could not be ended. */
  end(grace: GracePeriods): Promise<number>;
}

export function orphanTree(id: string, record: ProcessRecord | undefined): OrphanTree {
  const container = record?.container;
  if (container !== undefined) {
    const tree = {
      ...{ api: new ContainerApi(container.endpoint), runId: id },
      ...{ container: container.id, user: container.user, wrapper: container.pid },
    };
    return { count: () => countInside(tree), end: grace => endInside(tree, { grace }) };
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
