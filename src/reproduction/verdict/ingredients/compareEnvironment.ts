/** Interpreter, packages, system libraries, locale and variables of two runs. */
import { delimiter } from 'node:path';
import type { Package } from '../../../runs/captured.ts';
import { knownValue } from '../../../runs/known.ts';
import type { Plan } from '../../../runs/plan.ts';
import { isSessionVariable } from '../../../runs/sessionVariable.ts';
import type { Ingredient } from '../../../runs/verdict.ts';
import { isDeterminismVariable } from '../../../execution/capture/variables.ts';
import { packageEdits } from './comparePackageEdits.ts';
import { IngredientFindings, withoutRoots } from './ingredientSide.ts';
import type { IngredientSide } from './ingredientSide.ts';

export function compareEnvironment(original: IngredientSide, now: IngredientSide): Ingredient {
  const findings = new IngredientFindings();
  if (!isRebuilt(now)) findings.compare('kind', original.plan.environment.kind, now.plan.environment.kind);
  if (!isRebuilt(now)) compareImages(original.plan, now.plan, findings);
  compareInterpreters(original.plan, now.plan, findings);
  comparePackages(original, now, findings);
  for (const line of packageEdits(original.captured, now.captured)) findings.differs(line);
  const before = knownValue(original.captured?.hardware);
  const after = knownValue(now.captured?.hardware);
  findings.compare('system', before?.os, after?.os);
  if (before?.libc !== undefined || after?.libc !== undefined)
    findings.compare('C library', before?.libc, after?.libc);
  compareOptional('time zone', original.plan.timeZone, now.plan.timeZone, findings);
  compareOptional('locale', original.plan.locale, now.plan.locale, findings);
  compareVariables(original, now, findings);
  return findings.row('environment', describe(original), describe(now));
}

function compareImages(original: Plan, now: Plan, findings: IngredientFindings): void {
  const before = original.environment.container?.imageId;
  const after = now.environment.container?.imageId;
  if (before !== undefined || after !== undefined)
    findings.compare('image', shortImage(before), shortImage(after));
}

/** Told apart by twelve digits, as engines show them. */
function shortImage(id: string | undefined): string | undefined {
  return id?.replace(/^sha256:/, '').slice(0, 12);
}

function compareInterpreters(original: Plan, now: Plan, findings: IngredientFindings): void {
  const before = knownValue(original.interpreter);
  const after = knownValue(now.interpreter);
  // A command that is not Python has no interpreter on either side; the command itself is part of the parameters.
  if (before === undefined && after === undefined) return;
  findings.compare('interpreter', before?.version, after?.version);
  if (before?.implementation !== undefined && after?.implementation !== undefined)
    findings.compare('implementation', before.implementation, after.implementation);
}

function comparePackages(original: IngredientSide, now: IngredientSide, findings: IngredientFindings): void {
  const before = knownValue(original.captured?.packages);
  const after = knownValue(now.captured?.packages);
  const noPython = original.plan.interpreter.known === 'unknown' && now.plan.interpreter.known === 'unknown';
  if (before === undefined || after === undefined) {
    if (!noPython) findings.compare('packages', before?.list, after?.list);
    return;
  }
  if (before.list === after.list) return;
  if (original.packages === undefined || now.packages === undefined) {
    findings.differs('packages differ; a list is missing from the store');
    return;
  }
  const first = versionsOf(original.packages, original);
  const second = versionsOf(now.packages, now);
  for (const name of [...new Set([...first.keys(), ...second.keys()])].sort()) {
    const from = first.get(name);
    const to = second.get(name);
    if (from === to) {
      if (otherContents(name, original.packages, now.packages))
        findings.differs(`${name} ${from ?? ''} has other files`);
      continue;
    }
    findings.differs(`${name} ${from ?? '(not installed)'} → ${to ?? '(not installed)'}`);
  }
}

/** One version, but not the same archive: built again, or edited. */
function otherContents(name: string, before: readonly Package[], after: readonly Package[]): boolean {
  const first = before.find(one => one.name === name)?.contents;
  const second = after.find(one => one.name === name)?.contents;
  return first !== undefined && second !== undefined && first !== second;
}

/** Name → version; an editable install inside the repository is code, and the same wherever the repository stands. */
function versionsOf(packages: readonly Package[], side: IngredientSide): Map<string, string> {
  return new Map(
    packages.map(one => [
      one.name,
      one.url === undefined || withoutRoots(one.url, side) !== one.url
        ? one.version
        : `${one.version} from ${one.url}`,
    ]),
  );
}

function compareOptional(
  name: string,
  before: string | undefined,
  after: string | undefined,
  findings: IngredientFindings,
): void {
  if (before !== undefined && after !== undefined) findings.compare(name, before, after);
}

function compareVariables(original: IngredientSide, now: IngredientSide, findings: IngredientFindings): void {
  const names = [
    ...new Set([...Object.keys(original.plan.variables), ...Object.keys(now.plan.variables)]),
  ].sort();
  for (const name of names) {
    if (isSessionVariable(name) || isDeterminismVariable(name)) continue;
    // They name the folder of the environment, which is another one.
    if (isRebuilt(now) && environmentNames.has(name)) continue;
    const before = variableText(original, name);
    const after = variableText(now, name);
    if (before === after || (name === 'PYTHONPATH' && sameModules(before, after))) continue;
    const hidden = (before ?? '').startsWith(hash) || (after ?? '').startsWith(hash);
    // Nobody knows what it was there.
    if (before === undefined && hidden && original.plan.hiddenVariables !== undefined) continue;
    if (before === undefined) findings.differs(`variable ${name} is set only now`);
    else if (after === undefined) findings.differs(`variable ${name} was set in the original only`);
    else
      findings.differs(
        hidden ? `variable ${name} has another value` : `variable ${name} ${before} → ${after}`,
      );
  }
}

/** Folders of the repository that only the reproduction lists keep editable installs out; ours are no matter. */
function sameModules(before: string | undefined, after: string | undefined): boolean {
  const folders = (text: string | undefined): string[] =>
    (text ?? '').split(delimiter).filter(part => part !== '' && !/[/\\]pythonHook$/.test(part));
  const first = folders(before);
  const second = folders(after).filter(part => first.includes(part) || !part.startsWith('<repository>'));
  return first.join(delimiter) === second.join(delimiter);
}

const environmentNames = new Set(['VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT', 'CONDA_PREFIX', 'CONDA_DEFAULT_ENV']);

const hash = '\0hash:';

function variableText(side: IngredientSide, name: string): string | undefined {
  const variable = side.plan.variables[name];
  if (variable === undefined) return undefined;
  return 'value' in variable && typeof variable.value === 'string'
    ? withoutRoots(variable.value, side)
    : hash + String(variable.keyedHash);
}

function isRebuilt({ plan }: IngredientSide): boolean {
  return plan.environment.python?.rebuiltFrom !== undefined;
}

function describe(side: IngredientSide): string {
  const parts: string[] = [isRebuilt(side) ? 'rebuilt from the captured list' : side.plan.environment.kind];
  const image = isRebuilt(side) ? undefined : shortImage(side.plan.environment.container?.imageId);
  if (image !== undefined) parts.push(`image ${image}`);
  const interpreter = knownValue(side.plan.interpreter);
  if (interpreter !== undefined) parts.push(`Python ${interpreter.version ?? 'of unknown version'}`);
  const packages = knownValue(side.captured?.packages);
  if (packages !== undefined) parts.push(`${packages.count} packages`);
  return parts.join(', ');
}
