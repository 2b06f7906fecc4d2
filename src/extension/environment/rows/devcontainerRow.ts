/** The devcontainer of a project: what it is, whether it runs, how it stands to its lock, and what is in it. */
import { join } from 'node:path';
import type {
  EnvironmentState,
  SmokeTest,
  StaleReason,
} from '../../../environments/devcontainer/environmentState.ts';
import type { MachineView, ProjectEnvironment } from '../host/environmentRequests.ts';
import { driftRows, lockText, lockWord } from './driftRows.ts';
import { dotted, plain, shortImage, type EnvironmentRow, type Words } from './environmentRow.ts';
import { problemRow, type RunName } from './machineRow.ts';

/** A run that is under way inside the container. */
export interface RunInside extends RunName {
  /** Id of the container. */
  readonly container: string;
}

export type ContainerWord = 'running' | 'paused' | 'stopped' | 'none' | 'inside' | 'unknown';

export function devcontainerRow(
  environment: ProjectEnvironment,
  machine: MachineView,
  runs: readonly RunInside[],
  l10n: Words,
): EnvironmentRow {
  const { root, state, problem, configs } = environment;
  const [firstConfig = ''] = configs;
  if (state === undefined) {
    const told = problem ?? { message: l10n.t('It could not be looked at.') };
    return {
      ...brokenRow(root, firstConfig, told, l10n),
      children: [
        { ...problemRow(`${root}\nconfig`, plain(told.message), told), ...atPlace(root, told.message), root },
      ],
    };
  }
  const word = containerWord(state, machine);
  const stale = word === 'none' || word === 'unknown' ? [] : state.stale;
  return {
    id: `${root}\ndevcontainer`,
    label:
      state.name === undefined ? l10n.t('Devcontainer') : l10n.t('Devcontainer "{0}"', plain(state.name, 60)),
    description: dotted(
      stateText(word, l10n),
      stale.length > 0 ? l10n.t('out of date') : '',
      lockText(environment, l10n),
    ),
    icon: word === 'running' || word === 'inside' ? 'vm-running' : 'vm-outline',
    ...(word === 'running' || word === 'inside' ? { colour: 'good' as const } : {}),
    tooltip: tooltip(state, l10n),
    context: ['devcontainer', word, ...(stale.length > 0 ? ['stale'] : []), lockWord(environment)].join(' '),
    root,
    children: [
      ...(problem === undefined
        ? []
        : [{ ...problemRow(`${root}\nstate`, plain(problem.message), problem), root }]),
      ...staleRows(root, stale, l10n),
      ...(state.smokeTest === undefined || word !== 'running' ? [] : gpuRows(root, state.smokeTest, l10n)),
      ...runRows(root, state, runs, l10n),
      ...driftRows(environment, l10n),
      ...factRows(environment, state, l10n),
    ],
  };
}

export function containerWord(
  { container }: EnvironmentState,
  { engine, inside }: MachineView,
): ContainerWord {
  if (inside === true) return 'inside';
  if (engine === undefined) return 'unknown';
  switch (container?.state) {
    case undefined:
      return 'none';
    case 'running':
      return 'running';
    case 'paused':
      return 'paused';
    case 'created':
    case 'exited':
    case 'dead':
      return 'stopped';
  }
}

function stateText(word: ContainerWord, l10n: Words): string {
  switch (word) {
    case 'running':
      return l10n.t('running');
    case 'paused':
      return l10n.t('paused');
    case 'stopped':
      return l10n.t('stopped');
    case 'none':
      return l10n.t('not started');
    case 'inside':
      return l10n.t('this window is inside');
    case 'unknown':
      return l10n.t('needs a container engine');
  }
}

function tooltip({ config, container }: EnvironmentState, l10n: Words): string[] {
  return [
    ...(config === undefined ? [] : [config]),
    ...(container === undefined
      ? []
      : [
          l10n.t('container {0}', container.name),
          l10n.t('as {0} in {1}', container.remoteUser, container.remoteWorkspaceFolder),
          ...(container.madeBy === 'other'
            ? [l10n.t('Made by the Dev Containers extension or another tool.')]
            : []),
        ]),
  ];
}

/** Rows shown: who replaced a folder of the build context sees how many there are. */
const shownChanges = 10;

/** What the container is older than, each as a difference like those from the lock, with the same way out. */
function staleRows(root: string, stale: readonly StaleReason[], l10n: Words): EnvironmentRow[] {
  const left = stale.length - shownChanges;
  const rows = stale.slice(0, shownChanges).map((reason): EnvironmentRow => ({
    id: `${root}\nstale\n${reason.what}`,
    label: changeText(reason, l10n),
    description: l10n.t('since the container was made'),
    ...{ icon: 'warning', colour: 'warning', root, context: 'stale', children: [], tooltip: [] },
  }));
  return left <= 0
    ? rows
    : [
        ...rows,
        {
          id: `${root}\nstale\n…`,
          ...{ label: '…', description: l10n.t('{0} not shown', left), icon: 'ellipsis', tooltip: [] },
          ...{ context: 'note', children: [], root },
        },
      ];
}

function changeText({ what, how }: StaleReason, l10n: Words): string {
  const subject = what === 'settings' ? l10n.t('settings') : plain(what, 120);
  switch (how) {
    case 'changed':
      return l10n.t('{0} changed', subject);
    case 'added':
      return l10n.t('{0} added', subject);
    case 'removed':
      return l10n.t('{0} removed', subject);
  }
}

/** What a command inside could see of the GPU; nothing where none was asked for and none is there. */
function gpuRows(root: string, test: SmokeTest, l10n: Words): EnvironmentRow[] {
  if (test.problem !== undefined)
    return [
      {
        ...problemRow(
          `${root}\nsmoke`,
          test.asked ? l10n.t('GPU not usable') : l10n.t('GPU not asked for'),
          test.problem,
        ),
        root,
      },
    ];
  if (!test.asked && !test.visible) return [];
  const frameworks = Object.entries(test.frameworks).map(([name, { version, sees }]) =>
    l10n.t('{0} {1} sees {2}', name, version, sees),
  );
  return [
    {
      id: `${root}\ngpu`,
      label: l10n.t('GPU visible'),
      description: dotted(...frameworks, ...(frameworks.length === 0 ? devicesText(test.devices) : [])),
      ...{ icon: 'pass', colour: 'good', root, context: 'note', children: [] },
      tooltip: [
        ...test.devices.map(device => plain(device)),
        ...Object.entries(test.frameworks).flatMap(([name, { detail }]) =>
          detail === undefined ? [] : [`${name}: ${plain(detail)}`],
        ),
      ],
    },
  ];
}

/** `2 × NVIDIA A100`. */
function devicesText(devices: readonly string[]): string[] {
  return [...new Set(devices)].map(name => {
    const count = devices.filter(one => one === name).length;
    return count === 1 ? plain(name, 60) : `${count} × ${plain(name, 60)}`;
  });
}

function runRows(
  root: string,
  { container }: EnvironmentState,
  runs: readonly RunInside[],
  l10n: Words,
): EnvironmentRow[] {
  return runs
    .filter(run => run.container === container?.id)
    .map(({ store, id, label }) => ({
      id: `${root}\nrun\n${id}`,
      label: plain(label, 80),
      description: l10n.t('run {0}', `…${id.slice(-6)}`),
      ...{ icon: 'play-circle', tooltip: [], context: 'inside', children: [], root, run: { store, id } },
    }));
}

function factRows(
  { root, lock }: ProjectEnvironment,
  state: EnvironmentState,
  l10n: Words,
): EnvironmentRow[] {
  const { container, config } = state;
  if (container === undefined) return [];
  return [
    {
      id: `${root}\nimage`,
      label: l10n.t('Image'),
      description: dotted(
        shortImage(container.imageId),
        (lock?.packages ?? 0) === 0 ? '' : l10n.t('{0} Python packages', lock?.packages ?? 0),
      ),
      ...{ icon: 'layers', context: 'note', children: [], root },
      tooltip: [container.imageId],
      ...(config === undefined ? {} : { file: { path: join(root, config), line: 1, column: 1 } }),
    },
  ];
}

function brokenRow(
  root: string,
  config: string,
  { message, mend }: { readonly message: string; readonly mend?: string },
  l10n: Words,
): Omit<EnvironmentRow, 'children'> {
  return {
    id: `${root}\ndevcontainer`,
    label: l10n.t('Devcontainer'),
    description: l10n.t('cannot be read'),
    ...{ icon: 'error', colour: 'error', root, context: ['devcontainer', 'broken'].join(' ') },
    tooltip: [config, message, ...(mend === undefined ? [] : [mend])],
  };
}

/** `.devcontainer/devcontainer.json:3:5: …` opens there. */
function atPlace(root: string, message: string): Pick<EnvironmentRow, 'file'> {
  const found = /^([^\n:]+\.json):(\d+):(\d+):/.exec(message);
  if (found === null) return {};
  const [, path = '', line, column] = found;
  return { file: { path: join(root, path), line: Number(line), column: Number(column) } };
}
