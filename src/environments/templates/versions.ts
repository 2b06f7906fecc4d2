/**
 * Which versions of Python, of a framework and of CUDA or ROCm exist together, and which driver each CUDA needs.
 *
 * Looked up on 2026-11-23:
 * - Python versions of torch, jaxlib, jax-cuda*-plugin and tensorflow: file names on the Python package index (PyPI).
 * - CUDA of the torch wheels on PyPI (`onPypi`), 2.6.0 to 2.13.0: `Requires-Dist` of those wheels. 2.4.1 and 2.5.1 from
 *   memory. For 2.14.1 and 2.15.0 only that wheels exist is known; they are offered as PyPI has them.
 * - The other CUDA and ROCm variants of torch: pytorch.org "Installing previous versions" up to 2.9.1; 2.10.0 to 2.13.0
 *   from the list of torch variants that PyTorch Geometric builds for (data.pyg.org/whl). PyTorch's own index was not
 *   reached; cu129 of 2.8.0 and the ROCm of 2.7.1 and 2.8.0 are from memory.
 * - CUDA of tensorflow: `Requires-Dist` of 2.20.0 and 2.21.0 on PyPI; older from TensorFlow's table of tested builds,
 *   from memory.
 * - Drivers: NVIDIA's release notes 13.1, table 2 (minor version compatibility); 13.2 is counted as 13.x.
 */

export interface FrameworkVersion {
  readonly version: string;
  /** `3.10`, ascending; of wheels for Linux on x86-64. */
  readonly python: readonly string[];
  /** Values of the template's variant option, newest CUDA last. Empty where the template has no such option. */
  readonly variants: readonly string[];
  /** CUDA of the variant on PyPI: `12.8`; absent where nobody looked. */
  readonly onPypi?: string;
}

function pythons(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `3.${first + index}`);
}

/** Newest first, as all tables here. `pypi`: what the Python package index has. */
export const torchCuda: readonly FrameworkVersion[] = [
  { version: '2.15.0', python: pythons(11, 15), variants: ['pypi'] },
  { version: '2.14.1', python: pythons(10, 14), variants: ['pypi'] },
  {
    version: '2.13.0',
    python: pythons(10, 14),
    variants: ['cu126', 'cu130', 'cu132', 'pypi'],
    onPypi: '13.0',
  },
  {
    version: '2.12.1',
    python: pythons(10, 14),
    variants: ['cu126', 'cu130', 'cu132', 'pypi'],
    onPypi: '13.0',
  },
  {
    version: '2.11.0',
    python: pythons(10, 14),
    variants: ['cu126', 'cu128', 'cu130', 'pypi'],
    onPypi: '13.0',
  },
  {
    version: '2.10.0',
    python: pythons(10, 14),
    variants: ['cu126', 'cu128', 'cu130', 'pypi'],
    onPypi: '12.8',
  },
  {
    version: '2.9.1',
    python: pythons(10, 14),
    variants: ['cu126', 'cu128', 'cu130', 'pypi'],
    onPypi: '12.8',
  },
  {
    version: '2.8.0',
    python: pythons(10, 13),
    variants: ['cu126', 'cu128', 'cu129', 'pypi'],
    onPypi: '12.8',
  },
  {
    version: '2.7.1',
    python: pythons(10, 13),
    variants: ['cu118', 'cu126', 'cu128', 'pypi'],
    onPypi: '12.6',
  },
  {
    version: '2.6.0',
    python: pythons(10, 13),
    variants: ['cu118', 'cu124', 'cu126', 'pypi'],
    onPypi: '12.4',
  },
  { version: '2.5.1', python: pythons(10, 12), variants: ['cu118', 'cu124', 'pypi'], onPypi: '12.4' },
  { version: '2.4.1', python: pythons(10, 12), variants: ['cu118', 'cu124', 'pypi'], onPypi: '12.1' },
];

export const torchRocm: readonly FrameworkVersion[] = [
  { version: '2.9.1', python: pythons(10, 14), variants: ['rocm6.4'] },
  { version: '2.8.0', python: pythons(10, 13), variants: ['rocm6.3', 'rocm6.4'] },
  { version: '2.7.1', python: pythons(10, 13), variants: ['rocm6.2.4', 'rocm6.3'] },
  { version: '2.6.0', python: pythons(10, 13), variants: ['rocm6.1', 'rocm6.2.4'] },
];

const cudaOfTensorflow: readonly FrameworkVersion[] = [
  { version: '2.21.0', python: pythons(10, 13), variants: [], onPypi: '12.5' },
  { version: '2.20.0', python: pythons(10, 13), variants: [], onPypi: '12.5' },
  { version: '2.19.1', python: pythons(10, 12), variants: [], onPypi: '12.5' },
  { version: '2.18.1', python: pythons(10, 12), variants: [], onPypi: '12.5' },
  { version: '2.17.1', python: pythons(10, 12), variants: [], onPypi: '12.3' },
  { version: '2.16.2', python: pythons(10, 12), variants: [], onPypi: '12.3' },
];

const cudaOfJax: readonly FrameworkVersion[] = [
  { version: '0.12.0', python: pythons(12, 14), variants: ['cuda12', 'cuda13'] },
  { version: '0.11.2', python: pythons(12, 14), variants: ['cuda12', 'cuda13'] },
  { version: '0.10.2', python: pythons(11, 14), variants: ['cuda12', 'cuda13'] },
  { version: '0.9.2', python: pythons(11, 14), variants: ['cuda12', 'cuda13'] },
  { version: '0.8.3', python: pythons(11, 14), variants: ['cuda12', 'cuda13'] },
  { version: '0.7.2', python: pythons(11, 14), variants: ['cuda12', 'cuda13'] },
  { version: '0.6.2', python: pythons(10, 13), variants: ['cuda12'] },
  { version: '0.5.3', python: pythons(10, 13), variants: ['cuda12'] },
];

/** How the options of a template that depend on each other are called, and what exists of them. */
export interface FrameworkTable {
  readonly framework: string;
  readonly versionOption: string;
  readonly variantOption?: string;
  readonly versions: readonly FrameworkVersion[];
}

/** Template → its table. Templates that are not here take any Python version. */
export const frameworkTables: Readonly<Record<string, FrameworkTable>> = {
  'pytorch-cuda': {
    framework: 'PyTorch',
    versionOption: 'torchVersion',
    variantOption: 'cuda',
    versions: torchCuda,
  },
  'pytorch-rocm': {
    framework: 'PyTorch',
    versionOption: 'torchVersion',
    variantOption: 'rocm',
    versions: torchRocm,
  },
  'tensorflow-cuda': {
    framework: 'TensorFlow',
    versionOption: 'tensorflowVersion',
    versions: cudaOfTensorflow,
  },
  'jax-cuda': { framework: 'JAX', versionOption: 'jaxVersion', variantOption: 'cuda', versions: cudaOfJax },
};

/**
 * Oldest NVIDIA driver for Linux that runs programs built for a CUDA version. Within a major version any driver of
 * that major's first release does (minor version compatibility).
 */
export const minimumDrivers: Readonly<Record<string, string>> = {
  '11': '450.80.02',
  '12': '525.60.13',
  '13': '580.65.06',
};

/** The row of `version`; else that of another patch release of the same minor one, under the name of `version`. */
export function rowFor(versions: readonly FrameworkVersion[], version: string): FrameworkVersion | undefined {
  const minor = version.split('.').slice(0, 2).join('.');
  const row =
    versions.find(one => one.version === version) ??
    versions.find(one => one.version.startsWith(`${minor}.`));
  return row === undefined ? undefined : { ...row, version };
}

/** CUDA of a variant as `12.8`, or `12` where only the major version is told; undefined where it is not known. */
export function cudaOf(row: FrameworkVersion | undefined, variant: string | undefined): string | undefined {
  if (variant === undefined || variant === 'pypi') return row?.onPypi;
  const wheels = /^cu(\d\d)(\d)$/.exec(variant);
  if (wheels !== null) return `${wheels[1] ?? ''}.${wheels[2] ?? ''}`;
  return /^cuda(\d+)$/.exec(variant)?.[1];
}

/** Whether a driver that serves CUDA up to `maxCuda` (`12.2`) runs what was built for `cuda`: same or older major. */
export function driverRuns(cuda: string, maxCuda: string): boolean {
  return Number(cuda.split('.')[0]) <= Number(maxCuda.split('.')[0]);
}
