/**
 * Marks the plan of a run in a container as made for this store, by this user, on this machine. What such a record asks
 * of an engine may be the rights of root: a reproduction grants them only to the very command that had them here.
 */
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { StorePath } from '../../runs/runPaths.ts';
import { storeMark } from './storeMark.ts';

/** The plan itself where there is no container. Rejects when the store's secret cannot be had. */
export async function markPlan(store: StorePath, plan: Plan): Promise<Plan> {
  const { container } = plan.environment;
  if (container === undefined) return plan;
  const mark = await storeMark(store, markedText(plan));
  return { ...plan, environment: { ...plan.environment, container: { ...container, mark } } };
}

/** Whether {@link markPlan} made the mark, for just this. Never rejects. */
export async function isMarkedHere(store: StorePath, plan: Plan): Promise<boolean> {
  const mark = plan.environment.container?.mark;
  if (mark === undefined) return false;
  return storeMark(store, markedText(plan)).then(
    here => here === mark,
    () => false,
  );
}

function markedText({ id, argv, code, environment }: Plan): string {
  const { imageId, user, network, passed, mounts } = environment.container ?? {};
  const rights = { imageId, user, network, passed, mounts };
  return JSON.stringify(sorted({ id, argv, tree: knownValue(code)?.tree, rights }));
}

/** Whoever wrote and read it in between keeps no order of names. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, sorted(one)]),
  );
}
