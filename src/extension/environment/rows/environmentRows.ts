/** All rows of the Environment tree from what is known. Pure: the tree draws them, tests read them. */
import type { EnvironmentView, GpuUse, ProjectEnvironment } from '../host/environmentRequests.ts';
import { devcontainerRow, type RunInside } from './devcontainerRow.ts';
import type { EnvironmentRow, Words } from './environmentRow.ts';
import { machineRow, type RunName } from './machineRow.ts';
import { pythonRow } from './pythonRow.ts';

export interface KnownEnvironment {
  readonly view: EnvironmentView;
  readonly use?: GpuUse;
  /** Root → the name of its folder in the window. */
  readonly names: ReadonlyMap<string, string>;
  /** Runs that are under way. */
  readonly runs: readonly RunName[];
  readonly inside: readonly RunInside[];
}

/** Empty where there is no environment and no GPU: then the welcome text says what to do. */
export function environmentRows(known: KnownEnvironment, l10n: Words): EnvironmentRow[] {
  const { machine, projects } = known.view;
  if (!hasSomething(known.view)) return [];
  const rows = projects.map(project => projectRow(known, project, l10n));
  const [only] = rows;
  return [
    machineRow(machine, known.use, known.runs, l10n),
    ...(rows.length === 1 && only !== undefined
      ? [only]
      : projects.flatMap((project, index) => {
          const row = rows[index];
          return row === undefined ? [] : [placeRow(project.root, known.names.get(project.root) ?? '', row)];
        })),
  ];
}

export function hasSomething({ machine, projects }: EnvironmentView): boolean {
  return (
    machine.gpus.some(({ integrated }) => integrated !== true) ||
    projects.some(
      ({ configs, lock, lockProblem }) =>
        configs.length > 0 || lock !== undefined || lockProblem !== undefined,
    )
  );
}

function projectRow(
  { view, inside }: KnownEnvironment,
  project: ProjectEnvironment,
  l10n: Words,
): EnvironmentRow {
  return project.configs.length > 0
    ? devcontainerRow(project, view.machine, inside, l10n)
    : pythonRow(project, l10n);
}

/** Only where the window holds several projects. */
function placeRow(root: string, name: string, row: EnvironmentRow): EnvironmentRow {
  return {
    ...{ id: root, label: name, description: '', icon: 'root-folder' },
    ...{ tooltip: [root], context: 'place', root, children: [row] },
  };
}
