/** What speaks against the version of a framework that somebody chose: said, and left to them. */
import type { ProjectFacts } from './project/projectFacts.ts';
import { satisfies } from './project/versionSpecifier.ts';
import type { OptionValues } from './template.ts';
import { frameworkTables, rowFor } from './versions.ts';

/**
 * Sentences; none where nothing speaks against it.
 * @param template Its id.
 * @param options As they went into the files.
 */
export function doubtfulVersions(
  template: string,
  options: OptionValues,
  { packages }: Pick<ProjectFacts, 'packages'>,
): string[] {
  const table = Object.hasOwn(frameworkTables, template) ? frameworkTables[template] : undefined;
  const version = table === undefined ? undefined : options[table.versionOption];
  if (table === undefined || version === undefined || version === '') return [];
  const { framework, versionOption, versions } = table;
  const doubts: string[] = [];
  if (rowFor(versions, version) === undefined)
    doubts.push(
      `${framework} ${version} is not known here (${versions.map(one => one.version).join(', ')} are): the image can be built only if there is such a version.`,
    );
  const name = versionOption.replace(/Version$/, '');
  for (const one of packages)
    if (one.name === name && !satisfies(version, one.specifier))
      doubts.push(
        `${one.file} asks for ${name}${one.specifier}, which ${framework} ${version} of the image is not: change one of both.`,
      );
  return doubts;
}
