/**
 * What is different where Compose makes the containers: it takes no words for `run`, so that nothing is added to them,
 * and the devcontainer is one of several services.
 */
import { findLabelled, labelsOf } from './containers.ts';
import type { InspectedContainer } from './containers.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';
import type { Devcontainer } from './readDevcontainer.ts';

/** For who brings it up; undefined where Compose has no part in it. */
export function composeWarning(
  { kind }: Pick<Devcontainer, 'kind'>,
  gpuArgs: readonly string[],
): string | undefined {
  if (kind !== 'compose') return undefined;
  const gpu = gpuArgs.length === 0 ? '' : ' The GPU is not passed either: ask for it in the Compose file.';
  return `Compose makes this container, which gets nothing from Lockstep: no larger shared memory, no repository of a linked worktree, no label by which changes of its files are found.${gpu}`;
}

/** Other services of the projects of `ended` that are still there, in words. `running`: those alone that run. */
export async function composeLeft(
  request: EnvironmentRequest,
  ended: readonly InspectedContainer[],
  running: boolean,
): Promise<string[]> {
  const { engine, variables, signal } = request;
  const ids = new Set(ended.map(({ Id }) => Id));
  const projects = new Set(ended.flatMap(one => labelsOf(one)[projectLabel] ?? []));
  const said: string[] = [];
  for (const project of projects) {
    const found = await findLabelled(engine, `${projectLabel}=${project}`, { variables, signal });
    const left = found.filter(
      one => !ids.has(one.Id) && (!running || ['running', 'paused'].includes(one.State.Status)),
    );
    if (left.length === 0) continue;
    const names = left.map(({ Name }) => Name.replace(/^\//, '')).join(', ');
    const how = `${engine.kind} compose --project-name ${project} ${running ? 'stop' : 'down'}`;
    said.push(`Other services of the Compose project ${project} are left: ${names}. To end them: ${how}`);
  }
  return said;
}

const projectLabel = 'com.docker.compose.project';
