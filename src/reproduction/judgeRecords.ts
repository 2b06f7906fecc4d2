/** Reads the records of a run and of its reproduction, and judges the one by the other. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { hashFile } from '../git/hashFile.ts';
import { packageListSchema } from '../runs/captured.ts';
import type { Captured, FileUse, Package } from '../runs/captured.ts';
import { knownValue } from '../runs/known.ts';
import { runPaths, storePaths } from '../runs/runPaths.ts';
import { RunStore } from '../runs/runStore.ts';
import type { RunDetails } from '../runs/runDetails.ts';
import type { Verdict } from '../runs/verdict.ts';
import { readRunMetrics } from '../tracking/readRunMetrics.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { planMissing } from './errors.ts';
import { judgeReproduction } from './judgeReproduction.ts';
import type { JudgedRun } from './judgeReproduction.ts';
import type { Preparation } from './prepareReproduction.ts';
import { isInside } from './relocatePaths.ts';
import type { ReproductionOptions } from './reproductionOptions.ts';

export interface JudgeRequest {
  readonly store: string;
  readonly originalId: string;
  readonly reproductionId: string;
  readonly workspace: string;
  readonly options: ReproductionOptions;
  readonly layout: CheckoutLayout;
  readonly preparation: Preparation;
}

export async function judgeRecords(request: JudgeRequest): Promise<Verdict> {
  const runs = new RunStore(request.store);
  const [original, reproduced] = await Promise.all([
    runs.read(request.originalId),
    runs.read(request.reproductionId),
  ]);
  const { options, layout, preparation, workspace } = request;
  const before = await judgedRun(request.store, original, original);
  const after = await judgedRun(request.store, reproduced, original);
  const first: JudgedRun = {
    ...before,
    roots: [...new Set([before.plan.root, workspace])],
    outputFile: output => unchangedFile(output, before.plan.root),
  };
  const second: JudgedRun = {
    ...after,
    roots: [...new Set([layout.checkout, before.plan.root, workspace])],
    ...(after.captured === undefined
      ? {}
      : { captured: { ...after.captured, inputs: withOriginalPaths(after.captured.inputs, layout) } }),
    ...(after.result === undefined
      ? {}
      : { result: { ...after.result, outputs: withOriginalPaths(after.result.outputs, layout) } }),
    outputFile: async output => unchangedFile(output, layout.checkout, placeOf(output, layout)),
  };
  return judgeReproduction(first, second, {
    tolerances: options.tolerances,
    volatile: options.volatile,
    partAskedFor: options.throughStep !== undefined || options.forMs !== undefined,
    ...(options.throughStep === undefined ? {} : { throughStep: options.throughStep }),
    caps: [...preparation.caps, ...environmentCaps(original, reproduced)],
    escapedModules: escapedModules(after.captured, [before.plan.root, workspace], request),
  });
}

async function judgedRun(store: string, run: RunDetails, original: RunDetails): Promise<JudgedRun> {
  const { plan, captured, result } = run;
  if (plan === undefined) throw planMissing(run.id, run.problems[0]);
  const metricLines =
    (original.plan?.metricLines ?? false) || original.requests.some(one => one.kind === 'chart-lines');
  const { series } = await readRunMetrics(runPaths(store, run.id), {
    metricLines,
    ended: !run.stillRunning,
  });
  return { plan, captured, result, series, packages: await packagesOf(store, captured), roots: [plan.root] };
}

async function packagesOf(store: string, captured: Captured | undefined): Promise<Package[] | undefined> {
  const list = knownValue(captured?.packages)?.list;
  if (list === undefined) return undefined;
  try {
    const text = await readFile(join(storePaths(store).packages, `${list}.json`), 'utf8');
    return packageListSchema.parse(JSON.parse(text)).packages;
  } catch {
    return undefined;
  }
}

/** Paths of the reproduction by the names they had in the original. */
function withOriginalPaths(uses: readonly FileUse[], layout: CheckoutLayout): FileUse[] {
  return uses.map(use => ({ ...use, path: layout.original(use.path) }));
}

function placeOf(output: FileUse, layout: CheckoutLayout): string | undefined {
  if (!isAbsolute(output.path)) return undefined;
  return layout.nearby(output.path) ?? layout.redirected(output.path);
}

/** The file, when it still holds what was recorded. */
async function unchangedFile(output: FileUse, root: string, place?: string): Promise<string | undefined> {
  const path = place ?? (isAbsolute(output.path) ? output.path : join(root, output.path));
  return output.sha256 !== undefined && (await hashFile(path)) === output.sha256 ? path : undefined;
}

/** The environment that ran is not, or not provably, the recorded one. */
function environmentCaps(original: RunDetails, reproduced: RunDetails): string[] {
  const interpreter = knownValue(original.plan?.interpreter);
  if (interpreter === undefined) return [];
  const before = knownValue(original.captured?.packages)?.list;
  const after = knownValue(reproduced.captured?.packages)?.list;
  if (before === undefined || after === undefined) return ['the packages could not be compared'];
  const version = knownValue(reproduced.plan?.interpreter)?.version;
  return [
    ...(before === after ? [] : ['the packages are not the recorded ones']),
    ...(version === interpreter.version ? [] : ['the interpreter is not the recorded one']),
  ];
}

/** Modules of the repository that did not come from the checkout: then other code than the recorded one ran. */
function escapedModules(
  captured: Captured | undefined,
  roots: readonly string[],
  { layout, preparation }: JudgeRequest,
): { module: string; path: string }[] {
  return Object.entries(knownValue(captured?.modules) ?? {})
    .filter(
      ([, path]) =>
        roots.some(root => isInside(path, root)) &&
        !isInside(path, layout.checkout) &&
        !preparation.environmentFolders.some(folder => isInside(path, folder)),
    )
    .map(([module, path]) => ({ module, path }));
}
