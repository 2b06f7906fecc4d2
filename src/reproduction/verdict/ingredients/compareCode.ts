/** The code of two runs: the snapshot trees, the submodules, and the files that git could not hold. */
import type { Code, SnapshotGap } from '../../../runs/plan.ts';
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
  return findings.row('code', describe(before), describe(after));
}

function compareSubmodules(before: Code, after: Code, findings: IngredientFindings): void {
  const trees = new Map(after.submodules.map(module => [module.path, module.tree]));
  for (const module of before.submodules)
    findings.compare(
      `submodule ${module.path}`,
      module.tree.slice(0, 7),
      trees.get(module.path)?.slice(0, 7),
    );
}

function gapsWithHashes({ captured }: IngredientSide, code: Code): SnapshotGap[] {
  const hashes = new Map((captured?.gaps ?? []).map(gap => [gap.path, gap.sha256]));
  return code.gaps.map(gap => ({ ...gap, sha256: gap.sha256 ?? hashes.get(gap.path) }));
}

/** A gap is a file outside the snapshot: the same only when both sides have its hash. */
function compareGaps(
  before: readonly SnapshotGap[],
  after: readonly SnapshotGap[],
  findings: IngredientFindings,
): void {
  const hashes = new Map(after.map(gap => [gap.path, gap.sha256]));
  for (const gap of before) {
    // What was held raw lies in the checkout as it was, so a later snapshot need not list it again.
    if ((gap.heldAs ?? gap.blob) !== undefined && !hashes.has(gap.path)) continue;
    findings.compare(
      `${gap.path} (${gap.reason})`,
      gap.sha256?.slice(0, 7),
      hashes.get(gap.path)?.slice(0, 7),
    );
  }
}

function describe(code: Code | undefined): string {
  if (code === undefined) return 'unknown';
  const at = code.head === undefined ? `snapshot ${code.tree.slice(0, 7)}` : code.head.slice(0, 7);
  const files = code.changedCount === 1 ? '1 file' : `${code.changedCount} files`;
  return code.changedCount === 0 ? at : `${at} + ${files}`;
}
