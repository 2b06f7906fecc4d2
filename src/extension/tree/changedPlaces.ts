/** Tells whether runs stand in other places than before: then the tree is drawn anew, else only some of its rows. */
import type { RunOutline } from '../worker/runsView.ts';

export function changedPlaces(
  before: ReadonlyMap<string, RunOutline>,
  now: ReadonlyMap<string, RunOutline>,
): boolean {
  const shape = (outlines: ReadonlyMap<string, RunOutline>): string =>
    JSON.stringify(
      [...outlines].map(([store, { groups }]) => [store, groups.map(group => [group.key, group.shape])]),
    );
  return shape(before) !== shape(now);
}
