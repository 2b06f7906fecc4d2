import type { ProjectFacts } from '../project/projectFacts.ts';

/** The build of PyTorch that a file asks for: by local version (`2.5.1+cu124`), or by the index it names. */
export function torchHint(facts: ProjectFacts): { variant: string; file: string } | undefined {
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
