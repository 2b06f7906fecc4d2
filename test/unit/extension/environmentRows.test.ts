import assert from 'node:assert/strict';
import type { EnvironmentState } from '../../../src/environments/devcontainer/environmentState.ts';
import type { DriftItem, DriftReport } from '../../../src/environments/environmentLock.ts';
import type { HostGpu } from '../../../src/environments/gpu/gpuHost.ts';
import type {
  GpuUse,
  MachineView,
  ProjectEnvironment,
} from '../../../src/extension/environment/host/environmentRequests.ts';
import type { EnvironmentRow, Words } from '../../../src/extension/environment/rows/environmentRow.ts';
import {
  environmentRows,
  type KnownEnvironment,
} from '../../../src/extension/environment/rows/environmentRows.ts';

const l10n: Words = {
  t: (text, ...values) => text.replaceAll(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
};

/** One line a row, two spaces a level: `icon label  description`. */
function picture(known: Partial<KnownEnvironment> & Pick<KnownEnvironment, 'view'>): string {
  const rows = environmentRows({ names: new Map(), runs: [], inside: [], ...known }, l10n);
  const ids = new Set<string>();
  const draw = (row: EnvironmentRow, indent: string): string[] => {
    assert.ok(!ids.has(row.id), `two rows are ${row.id}`);
    ids.add(row.id);
    return [
      `${indent}${row.icon} ${row.label}  ${row.description}`.trimEnd(),
      ...row.children.flatMap(child => draw(child, `${indent}  `)),
    ];
  };
  return rows.flatMap(row => draw(row, '')).join('\n');
}

const gibibyte = 2 ** 30;
const a100 = (index: number): HostGpu => ({
  ...{ vendor: 'nvidia', index, name: 'NVIDIA A100 80GB', uuid: `GPU-${index}`, memory: 80 * gibibyte },
});
const docker: MachineView = {
  engine: {
    ...{ name: 'Docker', version: '27.3.1', endpoint: 'unix:///run/docker.sock' },
    ...{ rootless: false, remote: false },
  },
  gpus: [],
  gpuProblems: [],
};
const root = '/work/digits';
const plainProject: ProjectEnvironment = { root, configs: [] };
const running: EnvironmentState = {
  config: '.devcontainer/devcontainer.json',
  name: 'pytorch-cuda',
  container: {
    ...{ id: 'c'.repeat(64), name: 'eager_curie', state: 'running', imageId: `sha256:${'9c2d'.repeat(16)}` },
    ...{ remoteUser: 'dev', remoteWorkspaceFolder: '/workspaces/digits', remoteEnv: {}, madeBy: 'lockstep' },
  },
  stale: [],
};
const configs = ['.devcontainer/devcontainer.json'];
const lock = { path: 'lock.json', sha256: 'ab', kind: 'devcontainer', createdAt: '', packages: 214 };
const drifted = (...items: Partial<DriftItem>[]): DriftReport => ({
  verdict: items.length === 0 ? 'clean' : 'drifted',
  ...{ tiers: ['files', 'container', 'packages'], problems: [], lock: 'ab' },
  items: items.map(item => ({
    ...{ part: 'packages', name: 'numpy', locked: '1.26.4', now: '2.0.1' },
    ...{ weight: 'must-match', cause: 'installed by hand', ...item },
  })),
});
const use = (memoryUsed: number, utilisation: number): GpuUse => ({
  gpus: [
    { ...a100(0), memoryUsed: memoryUsed * gibibyte, utilisation },
    { ...a100(1), memoryUsed: 0 },
  ],
  runs: [{ gpu: 'GPU-0', run: '01JZZZZZZZZZZZZZZZZZ00K8H2' }],
});
const stopped = (state: 'exited' | 'paused'): EnvironmentState => ({
  ...running,
  ...(running.container === undefined ? {} : { container: { ...running.container, state } }),
});

const cases: readonly (readonly [
  name: string,
  known: Partial<KnownEnvironment> & Pick<KnownEnvironment, 'view'>,
  expected: readonly string[],
])[] = [
  [
    'nothing where there is no environment and no GPU',
    { view: { machine: docker, projects: [plainProject] } },
    [],
  ],
  [
    'the GPUs with what they do, and the Python environment that a run would use',
    {
      view: {
        machine: { ...docker, gpus: [a100(0), a100(1)] },
        projects: [{ ...plainProject, interpreter: `${root}/.venv/bin/python` }],
      },
      use: use(61, 97),
    },
    [
      'vm This machine  Docker 27.3.1 · 2 GPUs',
      '  chip NVIDIA A100 80GB  ▰▰▰▰▱ · 61 of 80 GB · 97 % · run …00K8H2',
      '  chip NVIDIA A100 80GB  ▱▱▱▱▱ · 80 GB free',
      'symbol-namespace Python environment  .venv/bin/python · not locked',
    ],
  ],
  [
    'a running devcontainer with its GPU, its lock and what runs in it',
    {
      view: {
        machine: docker,
        projects: [
          {
            ...{ root, configs, lock, drift: drifted() },
            state: {
              ...running,
              smokeTest: {
                ...{ at: '', asked: true, visible: true, devices: ['NVIDIA A100', 'NVIDIA A100'] },
                frameworks: { torch: { version: '2.9.0', sees: 2 } },
              },
            },
          },
        ],
      },
      inside: [
        { store: '/s', id: '01JZZZZZZZZZZZZZZZZZ00K8H2', label: 'lr=0.1', container: 'c'.repeat(64) },
        { store: '/s', id: '01JZZZZZZZZZZZZZZZZZ00K8H3', label: 'elsewhere', container: 'd'.repeat(64) },
      ],
    },
    [
      'vm This machine  Docker 27.3.1 · no GPU',
      'vm-running Devcontainer "pytorch-cuda"  running · locked, no drift',
      '  pass GPU visible  torch 2.9.0 sees 2',
      '  play-circle lr=0.1  run …00K8H2',
      '  layers Image  9c2d9c2d9c2d · 214 Python packages',
    ],
  ],
  [
    'drift by cause, and what is out of date',
    {
      view: {
        machine: docker,
        projects: [
          {
            ...{ root, configs, lock },
            drift: drifted(
              {},
              { name: 'scipy', locked: undefined, now: '1.14' },
              { name: 'tqdm', now: undefined, cause: 'removed by hand' },
              {
                ...{ part: 'config', name: '.devcontainer/Dockerfile', cause: 'edited' },
                ...{ locked: `sha256:${'ab'.repeat(32)}`, now: `sha256:${'cd'.repeat(32)}` },
              },
              { name: 'driver', weight: 'informational' },
            ),
            state: {
              ...running,
              stale: [
                { what: '.devcontainer/Dockerfile', how: 'changed' },
                { what: 'settings', how: 'changed' },
              ],
            },
          },
        ],
      },
    },
    [
      'vm This machine  Docker 27.3.1 · no GPU',
      'vm-running Devcontainer "pytorch-cuda"  running · out of date · 4 differences from the lock',
      '  warning .devcontainer/Dockerfile changed  since the container was made',
      '  warning settings changed  since the container was made',
      '  warning numpy 1.26.4 → 2.0.1  installed by hand',
      '  warning scipy 1.14 added  installed by hand',
      '  warning tqdm 1.26.4 removed  removed by hand',
      '  warning .devcontainer/Dockerfile  edited',
      '  layers Image  9c2d9c2d9c2d · 214 Python packages',
    ],
  ],
  [
    'why a GPU that was asked for is not usable',
    {
      view: {
        machine: docker,
        projects: [
          {
            ...{ root, configs },
            state: {
              ...running,
              smokeTest: {
                ...{ at: '', asked: true, visible: false, devices: [], frameworks: {} },
                problem: { message: 'The container has no device.', mend: 'Rebuild it.' },
              },
            },
          },
        ],
      },
    },
    [
      'vm This machine  Docker 27.3.1 · no GPU',
      'vm-running Devcontainer "pytorch-cuda"  running · not locked',
      '  warning GPU not usable  The container has no device.',
      '  layers Image  9c2d9c2d9c2d',
    ],
  ],
  ...(['exited', 'paused'] as const).map(
    state =>
      [
        `a devcontainer that is ${state}`,
        { view: { machine: docker, projects: [{ root, configs, state: stopped(state) }] } },
        [
          'vm This machine  Docker 27.3.1 · no GPU',
          `vm-outline Devcontainer "pytorch-cuda"  ${state === 'exited' ? 'stopped' : 'paused'} · not locked`,
          '  layers Image  9c2d9c2d9c2d',
        ],
      ] as const,
  ),
  [
    'a devcontainer without an engine, and why there is none',
    {
      view: {
        machine: {
          engineProblem: {
            code: 'engine-stopped',
            message: 'Nobody answers.',
            mend: 'sudo systemctl start docker',
          },
          ...{ gpus: [], gpuProblems: [] },
        },
        projects: [{ root, configs, state: { config: configs[0] ?? '', name: 'digits', stale: [] } }],
      },
    },
    [
      'vm This machine  container engine not running · no GPU',
      '  warning The container engine does not run  Nobody answers.',
      'vm-outline Devcontainer "digits"  needs a container engine · not locked',
    ],
  ],
  [
    'that the window itself is inside',
    {
      view: {
        machine: { inside: true, gpus: [], gpuProblems: [] },
        projects: [{ root, configs, state: { name: 'digits', stale: [] } }],
      },
    },
    ['vm This machine  no GPU', 'vm-running Devcontainer "digits"  this window is inside · not locked'],
  ],
  [
    'a devcontainer.json that cannot be read, and where',
    {
      view: {
        machine: docker,
        projects: [
          { root, configs, problem: { message: '.devcontainer/devcontainer.json:3:5: a comma is missing.' } },
        ],
      },
    },
    [
      'vm This machine  Docker 27.3.1 · no GPU',
      'error Devcontainer  cannot be read',
      '  warning .devcontainer/devcontainer.json:3:5: a comma is missing.',
    ],
  ],
  [
    'several projects, each below its folder',
    {
      view: {
        machine: docker,
        projects: [
          { root, configs, state: { name: 'digits', stale: [] } },
          { root: '/work/other', configs: [], lock: { ...lock, python: '3.12.3' }, drift: drifted() },
        ],
      },
      names: new Map([
        [root, 'digits'],
        ['/work/other', 'other'],
      ]),
    },
    [
      'vm This machine  Docker 27.3.1 · no GPU',
      'root-folder digits',
      '  vm-outline Devcontainer "digits"  not started · not locked',
      'root-folder other',
      '  symbol-namespace Python environment  Python 3.12.3 · no Python found · locked, no drift',
    ],
  ],
];

describe('the rows of the Environment view', () => {
  for (const [name, known, expected] of cases)
    it(`show ${name}`, () => assert.equal(picture(known), expected.join('\n')));

  it('lead to the run that uses a GPU, and to the place in a broken file', () => {
    const [machine] = environmentRows(
      {
        view: { machine: { ...docker, gpus: [a100(0)] }, projects: [] },
        use: use(10, 50),
        ...{ names: new Map(), inside: [] },
        runs: [{ store: '/s', id: '01JZZZZZZZZZZZZZZZZZ00K8H2', label: 'lr=0.1' }],
      },
      l10n,
    );
    assert.deepEqual(machine?.children[0]?.run, { store: '/s', id: '01JZZZZZZZZZZZZZZZZZ00K8H2' });
    const [, broken] = environmentRows(
      {
        view: {
          machine: docker,
          projects: [{ root, configs, problem: { message: '.devcontainer.json:3:5: x.' } }],
        },
        ...{ names: new Map(), inside: [], runs: [] },
      },
      l10n,
    );
    assert.deepEqual(broken?.children[0]?.file, { path: `${root}/.devcontainer.json`, line: 3, column: 5 });
  });
});
