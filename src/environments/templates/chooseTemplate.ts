/**
 * Draws the conclusion from what a project says and what the host's driver can run: one template, its options, and a
 * reason for each, in words. Pure; the reasons are the answer as much as the options are.
 */
import type { GpuHost } from '../gpu/gpuHost.ts';
import type { ProjectFacts, WantedPackage } from './project/projectFacts.ts';
import { compareVersions, exactVersion, satisfies } from './project/versionSpecifier.ts';
import type { OptionValues } from './template.ts';
import { cudaOf, driverRuns, frameworkTables, minimumDrivers, rowFor } from './versions.ts';
import type { FrameworkVersion } from './versions.ts';

export interface TemplateProposal {
  /** Id of the template. */
  readonly template: string;
  /** Options that differ from the template's defaults, or were decided. */
  readonly options: OptionValues;
  /** One sentence each. */
  readonly reasons: readonly string[];
  /** What the template will not do by itself, one sentence each. */
  readonly notes: readonly string[];
  readonly unread: ProjectFacts['unread'];
}

/** What of the host decides. */
export type ProposalHost = Pick<GpuHost, 'gpus' | 'maxCuda' | 'driver'>;

type Framework = 'torch' | 'jax' | 'tensorflow';

/** Where several are named, the first is the one that is installed by the template. */
const frameworks: readonly {
  readonly id: Framework;
  readonly label: string;
  readonly packages: readonly string[];
}[] = [
  {
    id: 'torch',
    label: 'PyTorch',
    packages: ['torch', 'torchvision', 'torchaudio', 'pytorch-lightning', 'lightning', 'accelerate', 'timm'],
  },
  { id: 'jax', label: 'JAX', packages: ['jax', 'jaxlib', 'flax', 'optax', 'equinox'] },
  { id: 'tensorflow', label: 'TensorFlow', packages: ['tensorflow', 'tf-keras', 'tensorflow-gpu', 'keras'] },
];

const usualPython = '3.12';
const anyPython = ['3.10', '3.11', '3.12', '3.13', '3.14'];
/** Wheels for it run on every GPU that drivers of today know, beginning with the 75 of Turing. */
const usualCuda = '12.8';

export function chooseTemplate(facts: ProjectFacts, host?: ProposalHost): TemplateProposal {
  const reasons: string[] = [];
  const notes: string[] = [];
  const framework = chooseFramework(facts, reasons, notes);
  const template = framework === undefined ? 'python-cpu' : templateOf(framework, facts, host, reasons);
  const table = frameworkTables[template];
  const options: Record<string, string> = {};

  let row: FrameworkVersion | undefined;
  if (framework !== undefined && table !== undefined) {
    row = chooseVersion(framework, table.versions, facts, table.framework, reasons);
    if (row !== undefined) options[table.versionOption] = row.version;
    if (table.variantOption !== undefined && row !== undefined) {
      const variant = chooseVariant(row, template, facts, host, reasons);
      if (variant !== undefined) options[table.variantOption] = variant;
    }
  }
  options['pythonVersion'] = choosePython(facts, row, reasons);
  if (row !== undefined && table?.variantOption === undefined) tellDriver(row.onPypi, host, reasons);
  tellInstallation(facts, notes);
  return { template, options, reasons, notes, unread: facts.unread };
}

function chooseFramework(facts: ProjectFacts, reasons: string[], notes: string[]): Framework | undefined {
  const named = frameworks.flatMap(({ id, label, packages }) => {
    const found = packages
      .flatMap(name => facts.packages.filter(one => one.name === name))
      .sort((a, b) => Number(a.optional) - Number(b.optional))[0];
    return found === undefined ? [] : [{ id, label, found }];
  });
  const sure = named.filter(({ found }) => !found.optional);
  const [first, ...others] = sure.length > 0 ? sure : named;
  if (first !== undefined) {
    reasons.push(`${first.label}, because ${first.found.file} asks for ${described(first.found)}.`);
    for (const { label, found } of others)
      notes.push(`${found.file} asks for ${label}, too: it is installed with the project's packages.`);
    return first.id;
  }
  for (const { id, label, packages } of frameworks) {
    const module = packages.find(name => facts.imports.has(name));
    if (module === undefined) continue;
    reasons.push(
      `${label}, because ${facts.imports.get(module) ?? ''} imports ${module} (no list of packages names it).`,
    );
    return id;
  }
  reasons.push(
    facts.files.length === 0
      ? 'Python alone, because no file names the packages of this project.'
      : `Python alone, because ${listed(facts.files)} name${facts.files.length === 1 ? 's' : ''} no GPU framework.`,
  );
  return undefined;
}

function templateOf(
  framework: Framework,
  facts: ProjectFacts,
  host: ProposalHost | undefined,
  reasons: string[],
): string {
  if (framework === 'jax') return 'jax-cuda';
  if (framework === 'tensorflow') return 'tensorflow-cuda';
  const hint = torchHint(facts);
  if (hint?.variant === 'cpu') {
    reasons.push(`Without CUDA, because ${hint.file} asks for the CPU build of PyTorch.`);
    return 'python-cpu';
  }
  if (hint?.variant.startsWith('rocm') === true) {
    reasons.push(`ROCm, because ${hint.file} names its wheels.`);
    return 'pytorch-rocm';
  }
  const vendors = new Set(host?.gpus.map(({ vendor }) => vendor));
  if (hint === undefined && vendors.has('amd') && !vendors.has('nvidia')) {
    reasons.push('ROCm, because the GPUs of this machine are from AMD.');
    return 'pytorch-rocm';
  }
  return 'pytorch-cuda';
}

/** The build of PyTorch that a file asks for: by local version (`2.5.1+cu124`), or by the index it names. */
function torchHint(facts: ProjectFacts): { variant: string; file: string } | undefined {
  for (const { name, specifier, file } of facts.packages) {
    if (name !== 'torch') continue;
    const variant = /\+(cpu|cu\d+|rocm[\d.]+)/.exec(specifier)?.[1];
    if (variant !== undefined) return { variant, file };
  }
  for (const { url, file } of facts.indexes) {
    const variant = /download\.pytorch\.org\/whl\/(cpu|cu\d+|rocm[\d.]+)\b/.exec(url)?.[1];
    if (variant !== undefined) return { variant, file };
  }
  return undefined;
}

function chooseVersion(
  framework: Framework,
  versions: readonly FrameworkVersion[],
  facts: ProjectFacts,
  label: string,
  reasons: string[],
): FrameworkVersion | undefined {
  const asking = facts.packages.filter(one => one.name === framework && one.specifier !== '');
  const exact = asking.find(one => exactVersion(one.specifier) !== undefined);
  if (exact !== undefined) {
    const version = (exactVersion(exact.specifier) ?? '').replace(/\+.*/, '');
    const row = rowFor(versions, version);
    reasons.push(`${label} ${version}, because ${exact.file} fixes it.`);
    return row ?? { version, python: anyPython, variants: ['pypi'] };
  }
  const specifier = asking.map(one => one.specifier).join(',');
  if (asking.length === 0) return usualRow(versions, facts);
  const chosen = usualRow(
    versions.filter(row => satisfies(row.version, specifier)),
    facts,
  );
  const who = `${listed([...new Set(asking.map(one => one.file))])}: ${specifier}`;
  if (chosen === undefined) {
    reasons.push(`${label} as the project's packages have it, because no known version goes with ${who}.`);
    return undefined;
  }
  reasons.push(`${label} ${chosen.version}, which goes with ${who}.`);
  return chosen;
}

/** The newest that has wheels for the usual CUDA (where there is a choice) and goes with the project's Python. */
function usualRow(versions: readonly FrameworkVersion[], facts: ProjectFacts): FrameworkVersion | undefined {
  const fitting = versions.filter(goesWithPython(facts));
  const good = fitting.length > 0 ? fitting : versions;
  const usual = good.find(row =>
    row.variants.some(variant => cudaOf(row, variant) === usualCuda && variant !== 'pypi'),
  );
  return usual ?? good[0];
}

function goesWithPython(facts: ProjectFacts): (row: FrameworkVersion) => boolean {
  return row =>
    row.python.some(python => facts.python.every(({ specifier }) => pythonFits(python, specifier)));
}

/** `3.10` stands for any of its patch releases, as `>=3.10.2` means one of them. */
function pythonFits(python: string, specifier: string): boolean {
  return satisfies(python, specifier) || satisfies(`${python}.99`, specifier);
}

function chooseVariant(
  row: FrameworkVersion,
  template: string,
  facts: ProjectFacts,
  host: ProposalHost | undefined,
  reasons: string[],
): string | undefined {
  const hint = torchHint(facts);
  if (hint !== undefined && row.variants.includes(hint.variant)) {
    reasons.push(`${hint.variant}, because ${hint.file} names it.`);
    tellDriver(cudaOf(row, hint.variant), host, reasons);
    return hint.variant;
  }
  if (facts.hashed && row.variants.includes('pypi')) {
    reasons.push('The wheels of the Python package index, because requirements.txt fixes packages by hash.');
    tellDriver(row.onPypi, host, reasons);
    return 'pypi';
  }
  const built = row.variants.filter(variant => variant !== 'pypi');
  if (template === 'pytorch-rocm') return built.at(-1);
  if (built.length === 0) return row.variants[0];
  const known = built.filter(variant => runsOnGpus(cudaOf(row, variant) ?? '', host));
  const choices = known.length > 0 ? known : built;
  const usual =
    choices.find(variant => cudaOf(row, variant) === usualCuda) ??
    choices.find(variant => cudaOf(row, variant)?.startsWith('12') === true);
  const maxCuda = host?.maxCuda;
  if (maxCuda === undefined) {
    const chosen = usual ?? choices[0];
    if (chosen !== undefined)
      reasons.push(`${chosen}, which runs with any driver from ${minimumDriver(row, chosen)} on.`);
    return chosen;
  }
  const served = choices.filter(variant => {
    const cuda = cudaOf(row, variant) ?? '';
    return cuda.includes('.') ? compareVersions(cuda, maxCuda) <= 0 : driverRuns(cuda, maxCuda);
  });
  const chosen = served.at(-1) ?? choices.find(variant => driverRuns(cudaOf(row, variant) ?? '', maxCuda));
  if (chosen !== undefined) {
    reasons.push(`${chosen}, because the driver of this machine serves CUDA up to ${maxCuda}.`);
    return chosen;
  }
  const oldest = choices[0];
  if (oldest !== undefined) tellDriver(cudaOf(row, oldest), host, reasons);
  return oldest;
}

/** GPUs before Turing have no CUDA 13, and those from Blackwell on none before 12.8. */
function runsOnGpus(cuda: string, host: ProposalHost | undefined): boolean {
  const capabilities = (host?.gpus ?? []).flatMap(({ computeCapability }) =>
    computeCapability === undefined ? [] : [Number(computeCapability)],
  );
  if (capabilities.length === 0) return true;
  const major = Number(cuda.split('.')[0]);
  if (
    Math.min(...capabilities) < 7.5 &&
    (major >= 13 || (compareVersions(cuda, '12.8') >= 0 && cuda.includes('.')))
  )
    return false;
  return !(Math.max(...capabilities) >= 10 && cuda.includes('.') && compareVersions(cuda, '12.8') < 0);
}

function minimumDriver(row: FrameworkVersion, variant: string): string {
  return minimumDrivers[(cudaOf(row, variant) ?? '').split('.')[0] ?? ''] ?? 'its release';
}

/** Says where the driver of this machine is too old for what was chosen. */
function tellDriver(cuda: string | undefined, host: ProposalHost | undefined, reasons: string[]): void {
  const maxCuda = host?.maxCuda;
  if (cuda === undefined || maxCuda === undefined || driverRuns(cuda, maxCuda)) return;
  const needed = minimumDrivers[cuda.split('.')[0] ?? ''];
  reasons.push(
    `The driver of this machine serves CUDA up to ${maxCuda} only: CUDA ${cuda} will not see the GPU before the driver is ${needed ?? 'renewed'}${needed === undefined ? '' : ' or newer'}.`,
  );
}

function choosePython(facts: ProjectFacts, row: FrameworkVersion | undefined, reasons: string[]): string {
  const possible = row?.python ?? anyPython;
  // A release that the base image has no tag for yet is no good answer.
  const offered = possible.filter(python => anyPython.includes(python));
  const fits = offered.filter(python => facts.python.every(({ specifier }) => pythonFits(python, specifier)));
  const who = facts.python.map(({ specifier, file }) => `${file} (${specifier})`);
  const chosen = fits.includes(usualPython) ? usualPython : fits.at(-1);
  if (chosen !== undefined) {
    if (who.length > 0) reasons.push(`Python ${chosen}, which goes with ${listed(who)}.`);
    return chosen;
  }
  const [first] = facts.python;
  const some = offered.filter(python => first === undefined || pythonFits(python, first.specifier));
  const instead =
    some.at(-1) ?? (offered.includes(usualPython) ? usualPython : (offered.at(-1) ?? usualPython));
  reasons.push(
    `Python ${instead}, although ${listed(who)} ask${who.length === 1 ? 's' : ''} for another: there is none that fits all.`,
  );
  return instead;
}

/** What the image installs, so that nobody has to guess. */
function tellInstallation(facts: ProjectFacts, notes: string[]): void {
  const has = (file: string): boolean => facts.files.includes(file);
  const locked = has('uv.lock') && has('pyproject.toml');
  const source = locked ? 'uv.lock' : ['requirements.txt', 'pyproject.toml'].find(has);
  const conda = facts.files.find(file => /^environment\.ya?ml$/.test(file));
  if (source !== undefined) notes.push(`The image installs what ${source} says.`);
  if (locked && facts.isWorkspace)
    notes.push(
      'uv.lock is of a workspace: add the pyproject.toml of each member to what the Dockerfile copies.',
    );
  for (const file of [conda, ...['setup.cfg', 'Pipfile'].filter(has)])
    if (file !== undefined && source === undefined)
      notes.push(`${file} is not installed by these templates: name its packages in requirements.txt.`);
  if (facts.isPackage)
    notes.push(
      'The project is a package itself: uv pip install --no-deps --editable . makes it importable inside.',
    );
}

function described({ name, specifier }: WantedPackage): string {
  return `${name}${specifier}`;
}

function listed(words: readonly string[]): string {
  const shown = words.slice(0, 5);
  return words.length > 5
    ? `${shown.join(', ')} and ${words.length - 5} more`
    : shown.length < 2
      ? shown.join('')
      : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}
