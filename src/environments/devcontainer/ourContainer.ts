/** Which of a project's containers is meant, and those that can never be used again. */
import { existsSync } from 'node:fs';
import { labelsOf, specificationLabels } from './containers.ts';
import type { InspectedContainer } from './containers.ts';

/** Of several the one of `path` (devcontainer.json, absolute); running ones first, then the newest. */
export function ourContainer(
  containers: readonly InspectedContainer[],
  path: string | undefined,
): InspectedContainer | undefined {
  const fitting = containers.filter(container => {
    const config = labelsOf(container)[specificationLabels.config];
    // Older tools do not say which configuration; one that is gone cannot be another one that is meant.
    return path === undefined || config === undefined || config === path || !existsSync(config);
  });
  return fitting.find(one => one.State.Status === 'running') ?? fitting[0];
}

/** Made, but its start failed: every further start fails in the same way. */
export function isPoisoned({ State }: InspectedContainer): boolean {
  const neverStarted = State.StartedAt === undefined || State.StartedAt.startsWith('0001');
  return ['created', 'configured', 'initialized', 'dead'].includes(State.Status) && neverStarted;
}
