/** The plan of a child run: its parent's surroundings, and nothing that only the program itself could tell of it. */
import { unknown } from '../runs/known.ts';
import type { Plan } from '../runs/plan.ts';
import type { ChildRunStart } from '../tracking/trackedRun.ts';

export function childPlan(
  parent: Plan,
  start: ChildRunStart & { readonly id: string; readonly parent: string },
): Plan {
  const { code } = parent;
  return {
    schemaVersion: parent.schemaVersion,
    id: start.id,
    createdAt: new Date(start.startedAt).toISOString(),
    toolVersion: parent.toolVersion,
    ...(start.name === undefined ? {} : { name: start.name }),
    tags: [],
    ...(parent.experiment === undefined ? {} : { experiment: parent.experiment }),
    ...(parent.host === undefined ? {} : { host: parent.host }),
    ...{ root: parent.root, cwd: parent.cwd, argv: parent.argv, secretArguments: parent.secretArguments },
    ...{ stdin: parent.stdin, tty: parent.tty },
    environment: parent.environment,
    interpreter: parent.interpreter,
    // The list of changed files stands in the parent's plan: hundreds of copies would say no more.
    code: code.known === 'unknown' ? code : { ...code, value: { ...code.value, changed: [] } },
    parameters: {},
    seed: unknown('a child run says its seed as a parameter, if at all'),
    variables: {},
    declaredInputs: [],
    declaredOutputs: [],
    metricLines: false,
    parent: start.parent,
  };
}
