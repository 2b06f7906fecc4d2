/**
 * The code of two runs: the snapshot trees, the submodules, the files that git could not hold, and what was loaded from
 * beside all of these.
 */
import type { FileUse } from '../../../runs/captured.ts';
import type { Code, SnapshotGap } from '../../../runs/plan.ts';
import { editedCode } from '../../../runs/editedCode.ts';
import { knownValue } from '../../../runs/known.ts';
import type { Ingredient } from '../../../runs/verdict.ts';
import { IngredientFindings } from './ingredientSide.ts';
import type { IngredientSide } from './ingredientSide.ts';

export function compareCode(original: IngredientSide, now: IngredientSide): Ingredient {
  const findings = new IngredientFindings();
  const before = knownValue(original.plan.code);
  const after = knownValue(now.plan.code);
  if (before === undefined || after === undefined) {
    for (const [side, when] of [
      [original, 'of the original'],
      [now, 'of the reproduction'],
    ] as const)
      if (side.plan.code.known === 'unknown')
        findings.unknown(`the code ${when} is not known: ${side.plan.code.reason}`);
  } else {
    if (before.tree !== after.tree)
      findings.differs(`snapshot ${before.tree.slice(0, 7)} → ${after.tree.slice(0, 7)}`);
    compareSubmodules(before, after, findings);
    compareGaps(gapsWithHashes(original, before), gapsWithHashes(now, after), findings);
  }
  compareLoaded(original, now, findings);
  const edited = editedCode(original.result);
  for (const path of edited.used)
    findings.differs(`${path} was changed while the original ran, before it was read`);
  for (const path of edited.open) findings.unknown(`${path} was changed while the original ran`);
  return findings.row('code', describe(before), describe(after));
}

/** Modules that git ignores or that lie outside the repository, by content. */
function compareLoaded(original: IngredientSide, now: IngredientSide, findings: IngredientFindings): void {
  if (original.captured === undefined || now.captured === undefined) return;
  const before = new Map(loadedOf(original).map(use => [use.path, use.sha256]));
  const after = new Map(loadedOf(now).map(use => [use.path, use.sha256]));
  for (const [path, hash] of before) {
    const other = after.get(path);
    if (!after.has(path)) {
      // One that was stopped may only not have come to it.
      if (now.result?.state === original.result?.state)
        findings.differs(`${path} was loaded by the original only`);
    } else if (hash === undefined || other === undefined)
      findings.unknown(`${path} was not hashed ${hash === undefined ? 'in the original' : 'now'}`);
    else if (hash !== other) findings.differs(`${path} ${hash.slice(0, 7)} → ${other.slice(0, 7)}`);
  }
  for (const path of after.keys()) {
    if (before.has(path)) continue;
    // Records of earlier versions name it without a hash.
    if (wasLoaded(original, path)) findings.unknown(`${path} was not hashed in the original`);
    else if (now.result?.state === original.result?.state)
      findings.differs(`${path} was loaded by the reproduction only`);
  }
}

function loadedOf({ captured }: IngredientSide): FileUse[] {
  return (captured?.inputs ?? []).filter(use => use.code === true);
}

function wasLoaded({ captured, roots }: IngredientSide, path: string): boolean {
  const modules = new Set(Object.values(knownValue(captured?.modules) ?? {}));
  return modules.has(path) || roots.some(root => modules.has(`${root}/${path}`));
}

function compareSubmodules(before: Code, after: Code, findings: IngredientFindings): void {
  const trees = new Map(after.submodules.map(module => [module.path, module.tree]));
  for (const { path, tree } of before.submodules) {
    const now = trees.get(path)?.slice(0, 7);
    if (now === undefined) findings.differs(`submodule ${path} ${tree.slice(0, 7)} → not there`);
    else findings.compare(`submodule ${path}`, tree.slice(0, 7), now);
  }
}

function gapsWithHashes({ captured }: IngredientSide, code: Code): SnapshotGap[] {
  const hashes = new Map((captured?.gaps ?? []).map(gap => [gap.path, gap.sha256]));
  return code.gaps.map(gap => ({ ...gap, sha256: gap.sha256 ?? hashes.get(gap.path) }));
}

/** A gap is a file that git would not hold as it is: the same only when both sides have the hash or the blob of its bytes. */
function compareGaps(
  before: readonly SnapshotGap[],
  after: readonly SnapshotGap[],
  findings: IngredientFindings,
): void {
  const later = new Map(after.map(gap => [gap.path, gap]));
  for (const gap of before) {
    const other = later.get(gap.path);
    // What was held raw lies in the checkout as it was, so a later snapshot need not list it again.
    if ((gap.heldAs ?? gap.blob) !== undefined && other === undefined) continue;
    const byBlob = gap.blob !== undefined && other?.blob !== undefined;
    const [first, second] = byBlob ? [gap.blob, other.blob] : [gap.sha256, other?.sha256];
    findings.compare(`${gap.path} (${gap.reason})`, first?.slice(0, 7), second?.slice(0, 7));
  }
}

function describe(code: Code | undefined): string {
  if (code === undefined) return 'unknown';
  const at = code.head === undefined ? `snapshot ${code.tree.slice(0, 7)}` : code.head.slice(0, 7);
  const files = code.changedCount === 1 ? '1 file' : `${code.changedCount} files`;
  return code.changedCount === 0 ? at : `${at} + ${files}`;
}
