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

/**
 * Made, but its start failed: every further start fails in the same way. One that was made just now and says nothing of
 * a failure another tool may be about to start. `now` in milliseconds.
 */
export function isPoisoned(container: InspectedContainer, now = Date.now()): boolean {
  if (!wasNeverStarted(container)) return false;
  const { Error: said = '', ExitCode: code = 0, Status: status } = container.State;
  // An age that cannot be read is none.
  return said !== '' || code !== 0 || status === 'dead' || now - Date.parse(container.Created) > soonMs;
}

/** Within this a tool starts what it has made. */
const soonMs = 5 * 60_000;

export function wasNeverStarted({ State }: InspectedContainer): boolean {
  const neverStarted = State.StartedAt === undefined || State.StartedAt.startsWith('0001');
  return ['created', 'configured', 'initialized', 'dead'].includes(State.Status) && neverStarted;
}
