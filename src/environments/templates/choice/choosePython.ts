/** Which Python a project gets: one that it, its framework and the base images go with. */
import type { ProjectFacts } from '../project/projectFacts.ts';
import { satisfies } from '../project/versionSpecifier.ts';
import type { FrameworkVersion } from '../versions.ts';
import { listed } from './listed.ts';

const usualPython = '3.12';
export const anyPython = ['3.10', '3.11', '3.12', '3.13', '3.14'];

export function choosePython(
  facts: ProjectFacts,
  row: FrameworkVersion | undefined,
  reasons: string[],
): string {
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

/** `3.10` stands for any of its patch releases, as `>=3.10.2` means one of them. */
export function pythonFits(python: string, specifier: string): boolean {
  return satisfies(python, specifier) || satisfies(`${python}.99`, specifier);
}
