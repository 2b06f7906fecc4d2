/**
 * Draws the conclusion from what a project says and what the host's driver can run: one template, its options, and a
 * reason for each, in words. Pure; the reasons are the answer as much as the options are.
 */
import { chooseFramework } from './choice/chooseFramework.ts';
import type { Framework } from './choice/chooseFramework.ts';
import { choosePython } from './choice/choosePython.ts';
import { chooseVariant, tellDriver } from './choice/chooseVariant.ts';
import { chooseVersion } from './choice/chooseVersion.ts';
import type { ProposalHost } from './choice/proposalHost.ts';
import { torchHint } from './choice/torchHint.ts';
import type { ProjectFacts } from './project/projectFacts.ts';
import type { OptionValues } from './template.ts';
import { frameworkTables } from './versions.ts';
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
