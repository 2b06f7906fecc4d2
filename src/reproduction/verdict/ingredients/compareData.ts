/** The files that two runs read from outside the snapshot, by content hash. */
import type { FileUse } from '../../../runs/captured.ts';
import type { Ingredient } from '../../../runs/verdict.ts';
import { IngredientFindings } from './ingredientSide.ts';
import type { IngredientSide } from './ingredientSide.ts';

export function compareData(original: IngredientSide, now: IngredientSide): Ingredient {
  const findings = new IngredientFindings();
  const before = dataOf(original);
  const after = dataOf(now);
  if (original.captured === undefined) findings.unknown('what the original read is not recorded');
  else if (now.captured === undefined) findings.unknown('what the reproduction read is not recorded');
  else {
    const unseen = unobserved(original);
    if (unseen !== undefined) findings.unknown(unseen);
    const later = new Map(after.map(use => [use.path, use]));
    const earlier = new Set(before.map(use => use.path));
    for (const use of before) {
      const other = later.get(use.path);
      if (other === undefined) {
        if (use.how === 'ambiguous') findings.unknown(`${use.path} may have been read by the original only`);
        else findings.differs(`${use.path} was read by the original only`);
      } else if (use.sha256 === undefined || other.sha256 === undefined)
        findings.unknown(
          `${use.path} was not hashed ${use.sha256 === undefined ? 'in the original' : 'now'}`,
        );
      else if (use.sha256 !== other.sha256)
        findings.differs(`${use.path} ${use.sha256.slice(0, 7)} → ${other.sha256.slice(0, 7)}`);
      else if (use.hashOf === 'listing')
        findings.unknown(`of ${use.path} only names and sizes of files were compared`);
    }
    for (const use of after)
      if (!earlier.has(use.path)) {
        if (use.how === 'ambiguous') findings.unknown(`${use.path} may be read now only`);
        else findings.differs(`${use.path} was read by the reproduction only`);
      }
  }
  return findings.row('data', describe(before), describe(after));
}

/** Why the inputs that are recorded of a run may not be all; undefined when they are, as far as can be seen. */
export function unobserved({
  plan,
  captured,
}: Pick<IngredientSide, 'plan' | 'captured'>): string | undefined {
  if (captured === undefined) return 'what it read is not recorded';
  if (captured.incomplete === true) return 'it read more files than were noted';
  if (captured.modules.known !== 'unknown') return undefined;
  // A program that cannot be observed is taken at its word.
  if (plan.interpreter.known === 'unknown' && plan.declaredInputs.length > 0) return undefined;
  return 'what it read was not observed';
}

/** Inputs outside the snapshot. A file that the run wrote itself is an output, unless somebody declared it an input. */
function dataOf(side: IngredientSide): FileUse[] {
  const written = new Set((side.result?.outputs ?? []).map(output => output.path));
  return (side.captured?.inputs ?? []).filter(
    use =>
      use.inSnapshot !== true && use.volatile !== true && (use.how === 'declared' || !written.has(use.path)),
  );
}

function describe(uses: readonly FileUse[]): string {
  const [only] = uses;
  if (only === undefined) return 'no files outside the code';
  const bytes = uses.reduce((sum, use) => sum + (use.size ?? 0), 0);
  return `${uses.length === 1 ? only.path : `${uses.length} files`}, ${bytesText(bytes)}`;
}

function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
