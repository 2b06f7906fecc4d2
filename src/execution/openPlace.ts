/** The place of a run's command, as its launcher, its reproduction or the record of an earlier supervisor says. */
import type { ContainerRecord } from '../runs/processRecord.ts';
import type { CommandPlace } from './commandPlace.ts';
import { hostPlace } from './hostPlace.ts';
import { containerPlace } from './inside/containerPlace.ts';
import type { Supervision } from './supervision.ts';

export interface PlaceRequest {
  /** The true command. */
  readonly argv: readonly string[];
  /** On this machine, absolute. */
  readonly cwd: string;
  readonly root: string;
  /** In place of the launched one. */
  readonly container?: ContainerRecord | undefined;
  /** Set in the container over what the launcher said. */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Rejects with what is wrong with the container. The place is closed with the supervision. */
export async function openPlace(
  { spec, paths, log, input, place }: Supervision,
  { argv, cwd, root, container, variables }: PlaceRequest,
): Promise<CommandPlace> {
  const { target, ...known } = spec.environment;
  const record = container ?? target;
  place.current =
    record === undefined
      ? hostPlace(spec, { paths })
      : await containerPlace({
          ...{ paths, known, argv, cwd, root, target: record, runId: spec.id },
          variables: { ...input.inside, ...variables },
          note: text => log.note(text),
          warn: text => log.warn(text),
        });
  return place.current;
}
