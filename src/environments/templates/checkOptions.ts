/**
 * Checks the values given for a template's options, so that only what exists gets into a project: names, closed
 * lists, and combinations of Python, framework and CUDA (versions.ts). What is not given has its default, or where a
 * given value does not go with the default the nearest one that does.
 */
import { nearestWord } from '../../runs/nearestWord.ts';
import { combinationMissing, optionUnclear, optionUnknown, optionValueWrong } from './errors.ts';
import type { OptionValues, Template } from './template.ts';
import { frameworkTables, rowFor } from './versions.ts';
import type { FrameworkTable, FrameworkVersion } from './versions.ts';

/** `['k=v']` → values. Throws `wrong-use`. */
export function readOptionWords(words: readonly string[]): OptionValues {
  const values: Record<string, string> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw optionUnclear(word);
    values[word.slice(0, at)] = word.slice(at + 1);
  }
  return values;
}

/**
 * @returns A value for every option of the template. Throws `template-option-unknown`, `template-value-wrong`,
 * `template-combination-missing`.
 */
export function checkOptions(template: Template, given: OptionValues): OptionValues {
  const names = Object.keys(template.options);
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(template.options, name) ? template.options[name] : undefined;
    if (option === undefined) throw optionUnknown(name, template.id, nearestName(name, names));
    const closed = option.type === 'boolean' ? ['true', 'false'] : option.enum;
    if (closed !== undefined && !closed.includes(value))
      throw optionValueWrong(name, value, nearestWord(value, closed), closed);
    // What goes into a Dockerfile must not be able to become another line or another instruction of it.
    if (!/^[\w.:@/+ -]*$/.test(value)) throw optionValueWrong(name, value, undefined, []);
  }
  const defaults = Object.fromEntries(names.map(name => [name, template.options[name]?.default ?? '']));
  return { ...defaults, ...combined(template, given, defaults) };
}

/** `given` with what goes with it filled in; versions that the table does not have are taken as they are. */
function combined(template: Template, given: OptionValues, defaults: OptionValues): OptionValues {
  const table = Object.hasOwn(frameworkTables, template.id) ? frameworkTables[template.id] : undefined;
  if (table === undefined) return given;
  const { framework, versionOption, variantOption, versions } = table;
  refuseImpossible(table, given[versionOption]);
  const python = given['pythonVersion'];
  const variant = variantOption === undefined ? undefined : given[variantOption];
  const asked = given[versionOption];
  const fits = (row: FrameworkVersion): boolean =>
    (python === undefined || row.python.includes(python)) &&
    (variant === undefined || row.variants.includes(variant));

  const usual = versions.find(row => row.version === defaults[versionOption]);
  const row =
    asked !== undefined
      ? rowFor(versions, asked)
      : usual !== undefined && fits(usual)
        ? usual
        : versions.find(fits);
  if (row === undefined) {
    if (asked !== undefined)
      return variant === undefined && variantOption !== undefined
        ? { ...given, [variantOption]: anyVariant(versions) ?? defaults[variantOption] ?? '' }
        : given;
    throw combinationMissing(
      `There is no ${framework} for Python ${python ?? ''} with ${variant ?? ''}`,
      versions
        .filter(one => variant === undefined || one.variants.includes(variant))
        .flatMap(one => one.python)
        .filter(unique),
    );
  }
  if (variant !== undefined && !row.variants.includes(variant))
    throw combinationMissing(`${framework} ${row.version} has no wheels for ${variant}`, row.variants);
  if (python !== undefined && !row.python.includes(python))
    throw combinationMissing(`${framework} ${row.version} has no wheels for Python ${python}`, row.python);
  return {
    ...given,
    [versionOption]: row.version,
    pythonVersion: python ?? fitting(defaults['pythonVersion'] ?? '', row.python),
    ...(variantOption === undefined
      ? {}
      : { [variantOption]: variant ?? fitting(defaults[variantOption] ?? '', row.variants) }),
  };
}

/**
 * What is no version at all, and where every build is in a list of its own (ROCm) what none of them has. Others may
 * have come since the table was made: the Python package index is asked when the image is built.
 */
function refuseImpossible(
  { framework, versionOption, versions }: FrameworkTable,
  asked: string | undefined,
): void {
  if (asked === undefined || asked === '') return;
  const known = versions.map(({ version }) => version);
  if (!/^\d+(?:\.\d+){1,3}(?:(?:a|b|rc|\.post|\.dev)\d+)?$/.test(asked))
    throw optionValueWrong(versionOption, asked, nearestWord(asked, known), known);
  const listed = versions.every(({ variants }) => variants.length > 0 && !variants.includes('pypi'));
  if (listed && framework === 'PyTorch' && rowFor(versions, asked) === undefined)
    throw combinationMissing(`There is no ${framework} ${asked} for this template`, known);
}

/** The usual value where it exists, else the newest of its kind (`cu128` → `cu126`), else the newest. */
function fitting(usual: string, possible: readonly string[]): string {
  if (possible.includes(usual)) return usual;
  const kind = usual.slice(0, 4);
  return (
    possible.findLast(value => value.startsWith(kind)) ??
    possible.findLast(value => value !== 'pypi') ??
    possible.at(-1) ??
    usual
  );
}

function anyVariant(versions: readonly FrameworkVersion[]): string | undefined {
  return versions.some(row => row.variants.includes('pypi')) ? 'pypi' : undefined;
}

/** `torch` and `python` mean the option that begins so. */
function nearestName(name: string, names: readonly string[]): string | undefined {
  return nearestWord(name, names) ?? names.find(known => known.toLowerCase().startsWith(name.toLowerCase()));
}

function unique(value: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(value) === index;
}
