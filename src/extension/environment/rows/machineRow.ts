/** The first row: this machine, its engine, and its GPUs with what they are doing. */
import type { HostGpu } from '../../../environments/gpu/gpuHost.ts';
import type { GpuUse, MachineView } from '../host/environmentRequests.ts';
import { dotted, plain, type EnvironmentRow, type Words } from './environmentRow.ts';

/** A run of this window: what names it, and where it lies. */
export interface RunName {
  readonly store: string;
  readonly id: string;
  readonly label: string;
}

/** @param use Absent until the first sample is there. */
export function machineRow(
  machine: MachineView,
  use: GpuUse | undefined,
  runs: readonly RunName[],
  l10n: Words,
): EnvironmentRow {
  const { engine, engineProblem, gpus, gpuProblems } = machine;
  const children = [
    ...(engineProblem === undefined
      ? []
      : [problemRow('engine', engineWords(engineProblem.code, l10n), engineProblem)]),
    ...gpus.map(gpu => gpuRow(gpu, use, runs, l10n)),
    ...gpuProblems.map(problem => problemRow(`gpu\n${problem.code}`, plain(problem.message), problem)),
  ];
  return {
    id: 'machine',
    label: l10n.t('This machine'),
    description: machineText(machine, l10n),
    icon: 'vm',
    tooltip: [
      ...(engine === undefined
        ? []
        : [
            l10n.t('{0} {1} at {2}', engine.name, engine.version, engine.endpoint),
            ...(engine.remote ? [l10n.t('The engine is on another machine.')] : []),
          ]),
      ...(machine.driver === undefined
        ? []
        : [
            machine.maxCuda === undefined
              ? l10n.t('GPU driver {0}', machine.driver)
              : l10n.t('GPU driver {0}, CUDA up to {1}', machine.driver, machine.maxCuda),
          ]),
    ],
    context: 'machine',
    children,
  };
}

/** `Docker 27.3.1 · 2 GPUs`: also stands beside the title of an empty view. */
export function machineText({ engine, engineProblem, gpus }: MachineView, l10n: Words): string {
  const counted = gpus.filter(({ integrated }) => integrated !== true).length;
  return dotted(
    engine === undefined
      ? engineProblem === undefined
        ? ''
        : noEngineText(engineProblem.code, l10n)
      : engine.rootless
        ? l10n.t('{0} {1}, rootless', engine.name, engine.version)
        : `${engine.name} ${engine.version}`,
    counted === 0 ? l10n.t('no GPU') : counted === 1 ? l10n.t('1 GPU') : l10n.t('{0} GPUs', counted),
  );
}

function gpuRow(
  gpu: HostGpu,
  use: GpuUse | undefined,
  runs: readonly RunName[],
  l10n: Words,
): EnvironmentRow {
  const now = use?.gpus.find(one => one.vendor === gpu.vendor && one.index === gpu.index) ?? gpu;
  const ids = (use?.runs ?? []).filter(one => belongsTo(one.gpu, gpu)).map(({ run }) => run);
  const [first] = ids;
  const known = runs.find(({ id }) => id === first);
  const { utilisation } = now;
  const told = [
    memoryText(now, l10n),
    utilisation === undefined ? '' : `${Math.round(utilisation)} %`,
    ...ids.map(id => l10n.t('run {0}', `…${id.slice(-6)}`)),
  ];
  return {
    id: `gpu\n${gpu.vendor}\n${gpu.index}`,
    label: plain(gpu.name, 80),
    description: dotted(bar(now), ...told),
    spoken: [plain(gpu.name, 80), ...told].filter(part => part !== '').join(', '),
    icon: 'chip',
    tooltip: [
      ...(gpu.uuid === undefined ? [] : [gpu.uuid]),
      ...(gpu.computeCapability === undefined
        ? []
        : [l10n.t('compute capability {0}', gpu.computeCapability)]),
      ...(gpu.mig === true ? [l10n.t('{0} MIG devices', gpu.migDevices?.length ?? 0)] : []),
      ...(gpu.integrated === true
        ? [l10n.t('Part of the processor; used when it is asked for by name.')]
        : []),
      ...(known === undefined ? [] : [l10n.t('used by run {0}', known.label)]),
    ],
    context: 'gpu',
    children: [],
    ...(known === undefined ? {} : { run: { store: known.store, id: known.id } }),
  };
}

/** Five cells of memory; nothing where nobody tells. */
function bar({ memory, memoryUsed }: HostGpu): string {
  if (memory === undefined || memoryUsed === undefined || memory === 0) return '';
  const filled = memoryUsed > 0.02 * memory ? Math.max(1, Math.round((5 * memoryUsed) / memory)) : 0;
  return `${'▰'.repeat(Math.min(5, filled))}${'▱'.repeat(5 - Math.min(5, filled))}`;
}

/** `61 of 80 GB`. Drivers count in powers of two, and the name of the GPU says `80GB` of those. */
function memoryText({ memory, memoryUsed }: HostGpu, l10n: Words): string {
  if (memory === undefined) return '';
  const total = gibibytes(memory);
  if (memoryUsed === undefined) return l10n.t('{0} GB', total);
  return memoryUsed <= 0.02 * memory
    ? l10n.t('{0} GB free', total)
    : l10n.t('{0} of {1} GB', gibibytes(memoryUsed), total);
}

function gibibytes(bytes: number): string {
  const value = bytes / 2 ** 30;
  return value >= 10 ? value.toFixed(0) : String(Number(value.toFixed(1)));
}

/** A process is told with the UUID of its GPU or of a part of it. */
function belongsTo(uuid: string | undefined, gpu: HostGpu): boolean {
  return (
    uuid !== undefined && (uuid === gpu.uuid || gpu.migDevices?.some(part => part.uuid === uuid) === true)
  );
}

function noEngineText(code: string, l10n: Words): string {
  switch (code) {
    case 'engine-missing':
      return l10n.t('no container engine');
    case 'engine-stopped':
      return l10n.t('container engine not running');
    default:
      return l10n.t('container engine not usable');
  }
}

function engineWords(code: string, l10n: Words): string {
  switch (code) {
    case 'engine-missing':
      return l10n.t('No container engine');
    case 'engine-stopped':
      return l10n.t('The container engine does not run');
    case 'engine-not-permitted':
      return l10n.t('No permission to use the container engine');
    default:
      return l10n.t('The container engine cannot be used');
  }
}

/** Something in the way: what mends it is in the hover and behind the inline action. */
export function problemRow(
  id: string,
  label: string,
  { message, mend }: { readonly message: string; readonly mend?: string },
): EnvironmentRow {
  return {
    id: `problem\n${id}`,
    label,
    description: label === plain(message) ? '' : plain(message),
    icon: 'warning',
    colour: 'warning',
    tooltip: [...(label === plain(message) ? [] : [message]), ...(mend === undefined ? [] : [mend])],
    context: ['problem', ...(mend === undefined ? [] : ['mendable'])].join(' '),
    children: [],
    ...(mend === undefined ? {} : { mend }),
  };
}
