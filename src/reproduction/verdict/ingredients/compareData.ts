/** The files that two runs read from outside the snapshot, by content hash. */
import type { FileUse } from '../../../runs/captured.ts';
import { decidesNothing, lostText, openedAs, type Opened } from '../../restore/isOverwritten.ts';
import { differingFolders } from '../../restore/presentFiles.ts';
import { foundOutputs } from '../foundOutputs.ts';
import type { Ingredient } from '../../../runs/verdict.ts';
import { IngredientFindings } from './ingredientSide.ts';
import type { IngredientSide } from './ingredientSide.ts';

export function compareData(original: IngredientSide, now: IngredientSide): Ingredient {
  const findings = new IngredientFindings();
  const after = dataOf(now);
  const strange = new Set(after.filter(use => use.inWorkspace === true).map(use => use.path));
  const tracked = (original.captured?.inputs ?? []).filter(
    use => use.inSnapshot === true && strange.has(use.path),
  );
  const lost = new Map(lostInputs(original, now).map(one => [one.path, one.text]));
  // What nobody saw being written, and what came out the same all the same, was no input.
  const read = dataOf(original).filter(
    use => use.opened === undefined || !isUnsure(use) || lost.has(use.path),
  );
  const before = [...read, ...tracked];
  if (original.captured === undefined) findings.unknown('what the original read is not recorded');
  else if (now.captured === undefined) findings.unknown('what the reproduction read is not recorded');
  else {
    const unseen = unobserved(original);
    if (unseen !== undefined) findings.unknown(unseen);
    const later = new Map(after.map(use => [use.path, use]));
    const earlier = new Set(before.map(use => use.path));
    const changed = new Set(now.changedInputs);
    for (const use of before) {
      const other = later.get(use.path);
      const text = lost.get(use.path);
      if (text !== undefined) findings.unknown(text);
      else if (other === undefined) {
        if (isUnsure(use)) findings.unknown(`${use.path} may have been read by the original only`);
        else findings.differs(`${use.path} was read by the original only`);
      } else if (use.sha256 === undefined && (isOtherSize(use, other) || changed.has(use.path)))
        findings.differs(`${use.path} has changed since the run`);
      else if (use.sha256 === undefined || other.sha256 === undefined)
        findings.unknown(
          `${use.path} was not hashed ${use.sha256 === undefined ? 'in the original' : 'now'}`,
        );
      else if (use.sha256 !== other.sha256)
        findings.differs(`${use.path} ${use.sha256.slice(0, 7)} → ${other.sha256.slice(0, 7)}`);
      else if (use.hashOf === 'listing')
        findings.unknown(`of ${use.path} only names and sizes of files were compared`);
    }
    const found = foundOutputs(original, now);
    for (const use of after)
      if (!earlier.has(use.path) && !found.has(use.path)) {
        if (isUnsure(use)) findings.unknown(`${use.path} may be read now only`);
        else findings.differs(`${use.path} was read by the reproduction only`);
      }
  }
  if (original.captured !== undefined && now.captured !== undefined)
    for (const folder of differingFolders(original.captured, now.captured))
      findings.differs(`${folder} holds other files than the original found there`);
  for (const path of original.captured?.notKept ?? [])
    findings.unknown(`${path} was read, and what it holds is not recorded`);
  for (const [side, when] of [
    [original, 'by the original'],
    [now, 'now'],
  ] as const)
    for (const folder of side.captured?.listed ?? [])
      findings.unknown(`${folder} was listed ${when}: which files it held is not recorded`);
  for (const host of new Set([...(original.captured?.hosts ?? []), ...(now.captured?.hosts ?? [])]))
    findings.unknown(`what ${host} answered is not recorded`);
  const inWorkspace = (now.captured?.inputs ?? []).filter(use => use.inWorkspace === true);
  return findings.row('data', describe(before), describe(after, inWorkspace));
}

function isOtherSize(before: FileUse, now: FileUse): boolean {
  return before.size !== undefined && now.size !== undefined && before.size !== now.size;
}

/** Nobody saw it being read: it was found open, or only named. */
function isUnsure({ how }: FileUse): boolean {
  return how === 'ambiguous' || how === 'likely';
}

export interface LostInput {
  readonly path: string;
  readonly opened: Opened;
  /** One sentence without a full stop. */
  readonly text: string;
}

/** Inputs that the original wrote to after it had read them, and that the reproduction had not as they were before. */
export function lostInputs(original: IngredientSide, now: IngredientSide): LostInput[] {
  if (now.captured === undefined) return [];
  const outputs = new Map((original.result?.outputs ?? []).map(output => [output.path, output]));
  const made = new Map((now.result?.outputs ?? []).map(output => [output.path, output]));
  const later = new Map(dataOf(now).map(use => [use.path, use]));
  return dataOf(original).flatMap(use => {
    const opened = openedAs(use, outputs.get(use.path), original.result);
    if (opened === undefined) return [];
    const { sha256 } = later.get(use.path) ?? {};
    if (use.sha256 !== undefined && use.sha256 === sha256) return [];
    // Made the same without it, it held nothing that matters.
    if (use.how === 'ambiguous' && isSameContent(outputs.get(use.path), made.get(use.path))) return [];
    return [{ path: use.path, opened, text: lostText(use, opened) }];
  });
}

function isSameContent(one: FileUse | undefined, other: FileUse | undefined): boolean {
  return one?.sha256 !== undefined && one.sha256 === other?.sha256;
}

/** Why the inputs that are recorded of a run may not be all; undefined when they are, as far as can be seen. */
export function unobserved({
  plan,
  captured,
}: Pick<IngredientSide, 'plan' | 'captured'>): string | undefined {
  if (captured === undefined) return 'what it read is not recorded';
  if (captured.incomplete === true) return 'it read more files than were noted';
  const { children = [] } = captured;
  if (captured.modules.known !== 'unknown') {
    if (children.length === 0 || plan.declaredInputs.length > 0) return undefined;
    const names = children.slice(0, 3).join(', ');
    const more = children.length > 3 ? ` and ${children.length - 3} more` : '';
    return `what ${names}${more} read and wrote was not observed`;
  }
  // A program that cannot be observed is taken at its word.
  if (plan.interpreter.known === 'unknown' && plan.declaredInputs.length > 0) return undefined;
  return 'what it read was not observed';
}

/**
 * Inputs outside the snapshot. A file that the run made itself is an output, unless somebody declared it an input; one
 * that was there before is both. What a log held decides nothing but that log.
 */
function dataOf(side: IngredientSide): FileUse[] {
  const written = new Map((side.result?.outputs ?? []).map(output => [output.path, output]));
  return (side.captured?.inputs ?? []).filter(use => {
    if (use.inSnapshot === true || use.volatile === true || use.code === true) return false;
    const opened = openedAs(use, written.get(use.path), side.result);
    if (opened !== undefined && decidesNothing(use.path, opened)) return false;
    return use.how === 'declared' || opened !== undefined || !written.has(use.path);
  });
}

function describe(uses: readonly FileUse[], inWorkspace: readonly FileUse[] = []): string {
  const [only] = uses;
  const [escaped] = inWorkspace;
  if (escaped !== undefined)
    return `${describe(uses)}; ${inWorkspace.length === 1 ? `${escaped.path} was` : `${inWorkspace.length} files were`} read in the workspace`;
  if (only === undefined) return 'no files outside the code';
  const bytes = uses.reduce((sum, use) => sum + (use.size ?? 0), 0);
  return `${uses.length === 1 ? only.path : `${uses.length} files`}, ${bytesText(bytes)}`;
}

function bytesText(bytes: number): string {
  if (bytes === 1) return '1 byte';
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
