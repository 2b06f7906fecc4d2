/** Which version of its framework a project gets: the one it fixes, else the newest that goes with all it says. */
import type { ProjectFacts } from '../project/projectFacts.ts';
import { exactVersion, satisfies } from '../project/versionSpecifier.ts';
import { cudaOf, rowFor } from '../versions.ts';
import type { FrameworkVersion } from '../versions.ts';
import { anyPython, pythonFits } from './choosePython.ts';
import { usualCuda } from './chooseVariant.ts';
import type { Framework } from './chooseFramework.ts';
import { listed } from './listed.ts';

/** Undefined where no known version goes with what the project asks for. */
export function chooseVersion(
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
