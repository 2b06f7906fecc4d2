/** Packages that were edited where they are installed, in one of two runs or differently: no list of packages tells that. */
import type { Captured } from '../../../runs/captured.ts';

/** `six 1.16.0 edited in place: six.py (now only)`. Empty where one of the two was not looked at. */
export function packageEdits(original: Captured | undefined, now: Captured | undefined): string[] {
  if (original?.editedPackages === undefined || now?.editedPackages === undefined) return [];
  const [before, after] = [byFile(original), byFile(now)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap(file => {
    const [first, second] = [before.get(file), after.get(file)];
    if (first === second) return [];
    const where =
      first === undefined ? 'now only' : second === undefined ? 'in the original only' : 'another edit now';
    return [`${file} (${where})`];
  });
}

function byFile({ editedPackages = [] }: Captured): Map<string, string> {
  return new Map(
    editedPackages.map(({ name, version, path, sha256 }) => [
      `${name} ${version} edited in place: ${path}`,
      sha256,
    ]),
  );
}
