/** Which build of a framework: the one that a file names, else the newest CUDA that driver and GPUs of the machine serve. */
import { compareVersions } from '../project/versionSpecifier.ts';
import type { ProjectFacts } from '../project/projectFacts.ts';
import { cudaOf, driverRuns, minimumDrivers } from '../versions.ts';
import type { FrameworkVersion } from '../versions.ts';
import type { ProposalHost } from './proposalHost.ts';
import { torchHint } from './torchHint.ts';

/** Wheels for it run on every GPU that drivers of today know, beginning with the 75 of Turing. */
export const usualCuda = '12.8';

/** Undefined where there is nothing to choose. */
export function chooseVariant(
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
export function tellDriver(
  cuda: string | undefined,
  host: ProposalHost | undefined,
  reasons: string[],
): void {
  const maxCuda = host?.maxCuda;
  if (cuda === undefined || maxCuda === undefined || driverRuns(cuda, maxCuda)) return;
  const needed = minimumDrivers[cuda.split('.')[0] ?? ''];
  reasons.push(
    `The driver of this machine serves CUDA up to ${maxCuda} only: CUDA ${cuda} will not see the GPU before the driver is ${needed ?? 'renewed'}${needed === undefined ? '' : ' or newer'}.`,
  );
}
