/** Looks after runs before their container is stopped: without `--force` nothing is done to one that has live runs. */
import {
  findContainers,
  labelsOf,
  specificationLabels,
} from '../../../environments/devcontainer/containers.ts';
import type { EnvironmentRequest } from '../../../environments/devcontainer/environmentRequest.ts';
import { runsInContainer } from '../../../execution/inside/errors.ts';
import { runsInContainers } from '../../../execution/inside/runsInContainers.ts';
import type { Terminal } from '../../terminal.ts';
import { shortId } from '../../text/describe.ts';
import { printable } from '../../text/printable.ts';

/**
 * Names of the runs that end with the project's container, which only `force` allows.
 * Rejects with `runs-in-container`.
 */
export async function runsAtStake(
  store: string,
  { root, engine, variables, config, signal }: EnvironmentRequest,
  force: boolean,
): Promise<string[]> {
  const containers = await findContainers(engine, root, { variables, signal });
  const meant = containers.filter(
    one => config === undefined || labelsOf(one)[specificationLabels.config] === `${root}/${config}`,
  );
  const runs = await runsInContainers(
    store,
    meant.map(one => one.Id),
  );
  const names = runs.map(({ id, name }) => (name === undefined ? shortId(id) : `${shortId(id)} (${name})`));
  if (names.length > 0 && !force) throw runsInContainer(names, runs[0] && shortId(runs[0].id));
  return names;
}

/** After the container was stopped. */
export function tellEndedRuns({ err }: Terminal, ended: readonly string[]): void {
  if (ended.length > 0)
    err(
      `lockstep: ended with the container: ${ended.length === 1 ? 'run' : 'runs'} ${ended.map(printable).join(', ')}\n`,
    );
}
