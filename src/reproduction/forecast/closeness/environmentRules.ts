/** Interpreter and packages: what their makers promise across versions. */
import type { Package } from '../../../runs/captured.ts';
import type { ClosenessRule } from './closenessRule.ts';
import { isNumeric } from './computeSide.ts';

const common = { ingredient: 'environment', closeness: 'numerically-close' } as const;

export const environmentRules: readonly ClosenessRule[] = [
  {
    // No promise of equal `random` sequences, hashes or float formatting is made across minor versions.
    ...{ ...common, name: 'interpreter' },
    judge: (original, now) => {
      if (original.python === undefined || now.python === undefined) return undefined;
      if ((original.implementation ?? now.implementation) !== (now.implementation ?? original.implementation))
        return `${original.implementation ?? 'Python'} → ${now.implementation ?? 'Python'}: another interpreter runs the code.`;
      return original.python === now.python
        ? undefined
        : `Python ${original.python} → ${now.python}: its standard library may compute and order otherwise.`;
    },
  },
  {
    // cuBLAS: "All cuBLAS API routines from a given toolkit version, generate the same bit-wise results at every run."
    ...{ ...common, name: 'cublas-version' },
    judge: (original, now) =>
      versionChange(
        /^nvidia[-_]cublas/i,
        original.packages,
        now.packages,
        (before, after) => `cuBLAS ${before} → ${after}: equal bits only within one version.`,
      ),
  },
  {
    // cuDNN, "Reproducibility (Determinism)": the same version on the same architecture.
    ...{ ...common, name: 'cudnn-version' },
    judge: (original, now) =>
      versionChange(
        /^nvidia[-_]cudnn/i,
        original.packages,
        now.packages,
        (before, after) => `cuDNN ${before} → ${after}: equal bits only within one version.`,
      ),
  },
  {
    // PyTorch, "Reproducibility": not guaranteed across releases. numpy, NEP 19: streams of random numbers may change
    // between versions. Others promise nothing at all.
    ...{ ...common, name: 'numeric-packages' },
    judge: (original, now) => {
      const changes = packageChanges(original.packages, now.packages).filter(
        ({ name }) => isNumeric(name) && !/^nvidia[-_]cu(?:blas|dnn)/i.test(name),
      );
      return changes.length === 0
        ? undefined
        : `${some(changes.map(one => one.text))}: no equal numbers are promised across versions.`;
    },
  },
  {
    // No numbers are expected to change, but the verdict says that it was another environment.
    ...{ ...common, name: 'other-packages' },
    judge: (original, now) => {
      const changes = packageChanges(original.packages, now.packages);
      return changes.length === 0 || changes.some(({ name }) => isNumeric(name))
        ? undefined
        : `${some(changes.map(one => one.text))}: the packages are not the recorded ones.`;
    },
  },
];

export interface PackageChange {
  readonly name: string;
  /** `numpy 1.26.4 → 2.0.1`. */
  readonly text: string;
}

/** Sorted by name; none where a side is not known. */
export function packageChanges(
  before: readonly Package[] | undefined,
  after: readonly Package[] | undefined,
): PackageChange[] {
  if (before === undefined || after === undefined) return [];
  const first = versions(before);
  const second = versions(after);
  return [...new Set([...first.keys(), ...second.keys()])].sort().flatMap(name => {
    const [from, to] = [first.get(name), second.get(name)];
    return from === to
      ? []
      : [{ name, text: `${name} ${from ?? '(not installed)'} → ${to ?? '(not installed)'}` }];
  });
}

/** What was installed for editing is code of the repository, which the snapshot holds. */
function versions(packages: readonly Package[]): Map<string, string> {
  return new Map(
    packages
      .filter(one => one.editable !== true)
      .map(({ name, version, build }) => [name, build === undefined ? version : `${version} (${build})`]),
  );
}

function versionChange(
  pattern: RegExp,
  before: readonly Package[] | undefined,
  after: readonly Package[] | undefined,
  text: (before: string, after: string) => string,
): string | undefined {
  const one = before?.find(({ name }) => pattern.test(name))?.version;
  const other = after?.find(({ name }) => pattern.test(name))?.version;
  return one === undefined || other === undefined || one === other ? undefined : text(one, other);
}

function some(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).join(', ');
  return texts.length > 3 ? `${shown} and ${texts.length - 3} more` : shown;
}
