/**
 * The questions that Create Environment asks, one after the other: Python, then the framework's version, then what it
 * is built for. Invariant: whatever is chosen of what is offered exists (versions.ts knows), so no answer leads nowhere.
 */
import { checkOptions } from '../../../environments/templates/checkOptions.ts';
import type { OptionValues, Template } from '../../../environments/templates/template.ts';
import { frameworkTables, type FrameworkVersion } from '../../../environments/templates/versions.ts';
import type { OfferedOption } from './environmentRequests.ts';

/** The next question after `chosen`; undefined when all is said. `proposed` decides what stands first. */
export function offeredOption(
  template: Template,
  chosen: OptionValues,
  proposed: OptionValues,
): OfferedOption | undefined {
  const table = Object.hasOwn(frameworkTables, template.id) ? frameworkTables[template.id] : undefined;
  const rows = (table?.versions ?? []).filter(row => goesWith(row, chosen, table));
  const questions: readonly (readonly [name: string | undefined, values: readonly string[] | undefined])[] = [
    ['pythonVersion', table === undefined ? undefined : rows.flatMap(row => row.python)],
    [table?.versionOption, rows.map(row => row.version)],
    [table?.variantOption, rows.flatMap(row => row.variants)],
  ];
  for (const [name, values] of questions) {
    const option = name === undefined ? undefined : template.options[name];
    if (name === undefined || option === undefined || Object.hasOwn(chosen, name)) continue;
    const offered = closed([...new Set(values ?? option.enum ?? option.proposals ?? [])], option.enum);
    if (offered.length === 0) continue;
    const usual = usualValue(template, chosen, proposed, name);
    const first = offered.includes(usual) ? usual : (offered[0] ?? '');
    return {
      ...{ name, description: option.description, proposed: first },
      values: [first, ...offered.filter(value => value !== first)],
    };
  }
  return undefined;
}

function goesWith(
  row: FrameworkVersion,
  chosen: OptionValues,
  table: { readonly versionOption: string; readonly variantOption?: string } | undefined,
): boolean {
  const python = chosen['pythonVersion'];
  const version = table === undefined ? undefined : chosen[table.versionOption];
  const variant = table?.variantOption === undefined ? undefined : chosen[table.variantOption];
  return (
    (python === undefined || row.python.includes(python)) &&
    (version === undefined || row.version === version) &&
    (variant === undefined || row.variants.includes(variant))
  );
}

/** What the template takes of itself only; versions newer than its list of Python images are not offered. */
function closed(values: readonly string[], allowed: readonly string[] | undefined): string[] {
  return values.filter(value => allowed === undefined || allowed.includes(value));
}

/** The proposal where it goes with what was chosen, else what the template would fill in. */
function usualValue(template: Template, chosen: OptionValues, proposed: OptionValues, name: string): string {
  try {
    return checkOptions(template, { ...proposed, ...chosen })[name] ?? '';
  } catch {
    // The proposal and the choice exclude each other: then the choice alone.
    return checkOptions(template, chosen)[name] ?? '';
  }
}
