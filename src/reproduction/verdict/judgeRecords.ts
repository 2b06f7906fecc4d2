/** Reads the records of a run and of its reproduction, and judges the one by the other. */
import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { hashFile } from '../../git/hashFile.ts';
import type { Captured, FileUse, Package } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import { readPackageList } from '../../runs/packageStore.ts';
import { RunStore } from '../../runs/runStore.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { Verdict } from '../../runs/verdict.ts';
import type { CheckoutLayout } from '../restore/checkoutLayout.ts';
import { changedPackages } from '../restore/changedPackages.ts';
import { escapedFileCaps } from '../restore/escapedFiles.ts';
import { recheckInputs } from '../restore/recheckInputs.ts';
import { differingOperation } from '../cause/operations/differingOperation.ts';
import { planMissing } from '../errors.ts';
import { unobserved } from './ingredients/compareData.ts';
import { judgedSeries } from '../comparison/judgedSeries.ts';
import { finalStatistics } from './finalStatistics.ts';
import { machineOf, sameMachine } from '../probe/machineOf.ts';
import { probesOf, readProbes } from '../probe/readProbes.ts';
import { judgeReproduction } from './judgeReproduction.ts';
import type { JudgedRun } from './judgeReproduction.ts';
import type { JudgedPreparation } from '../restore/preparationRecord.ts';
import { isInside } from '../restore/relocatePaths.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';

export interface JudgeRequest {
  readonly store: string;
  readonly originalId: string;
  readonly reproductionId: string;
  readonly workspace: string;
  readonly options: ReproductionOptions;
  readonly layout: CheckoutLayout;
  readonly preparation: JudgedPreparation;
}

export async function judgeRecords(request: JudgeRequest): Promise<Verdict> {
  const runs = new RunStore(request.store);
  const [original, reproduced] = await Promise.all([
    runs.read(request.originalId),
    runs.read(request.reproductionId),
  ]);
  const { options, layout, preparation, workspace } = request;
  const before = await judgedRun(runs, original, original);
  const after = await judgedRun(runs, reproduced, original);
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
  const roots = [...new Set([before.plan.root, workspace])];
  const fromStep = options.checkpoint === undefined ? undefined : firstStepOf(after.series);
  const changed = changedPackages(before.packages ?? [], after.packages ?? [], [...roots, layout.checkout]);
  const known = before.packages !== undefined && after.packages !== undefined;
  const same = known && changed.changed.length + changed.added.length === 0;
  const recheck = await recheckInputs(preparation.verified ?? [], reproduced, path => layout.original(path));
  const operation = await differingOperation(original, reproduced);
  const here = machineOf(reproduced);
  const verdict = await judgeReproduction(withoutEarlier(first, second, fromStep), second, {
    ...(fromStep === undefined ? {} : { fromStep }),
    probes: probesOf(here, await readProbes(original.dir)),
    noiseOnlyLoosens: !sameMachine(here, machineOf(original)),
    ...(operation === undefined ? {} : { operation }),
    tolerances: options.tolerances,
    volatile: options.volatile,
    partAskedFor: options.throughStep !== undefined || options.forMs !== undefined,
    ...(options.throughStep === undefined ? {} : { throughStep: options.throughStep }),
    caps: distinct([
      ...preparation.caps,
      ...recheck.map(path => `input ${path} was changed during the reproduction`),
      ...escapedFileCaps({
        ...{ captured: after.captured, result: after.result, roots },
        own: [layout.base, request.store, ...preparation.environmentFolders],
      }),
      ...editedCodeCaps(before),
      ...observationCaps(before, after),
      ...outsideCodeCaps(second, [before.plan.root, workspace], request),
      ...ambiguousOutputCaps(first, second),
      ...environmentCaps(original, reproduced, same),
    ]),
    escapedModules: escapedModules(after.captured, [before.plan.root, workspace], request),
  });
  const earlier = original.verdicts.filter(
    one => one.reproductionId !== verdict.reproductionId && one.broughtBy === undefined,
  );
  const statistics = finalStatistics([...earlier, verdict]);
  return statistics === undefined ? verdict : { ...verdict, statistics };
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** Where a run that went on from a checkpoint begins to log; undefined where it logs nothing. */
function firstStepOf(series: JudgedRun['series']): number | undefined {
  const first = series.reduce((least, { steps }) => steps.reduce((a, b) => Math.min(a, b), least), Infinity);
  return Number.isFinite(first) ? first : undefined;
}

/** Files that were written before the checkpoint nobody writes again. */
function withoutEarlier(first: JudgedRun, second: JudgedRun, fromStep: number | undefined): JudgedRun {
  if (fromStep === undefined || first.result === undefined) return first;
  const again = new Set((second.result?.outputs ?? []).map(({ path }) => path));
  return {
    ...first,
    result: { ...first.result, outputs: first.result.outputs.filter(({ path }) => again.has(path)) },
  };
}

async function judgedRun(runs: RunStore, run: RunDetails, original: RunDetails): Promise<JudgedRun> {
  const { plan, captured, result } = run;
  if (plan === undefined) throw planMissing(run.id, run.problems[0]);
  const metricLines =
    (original.plan?.metricLines ?? false) || original.requests.some(one => one.kind === 'chart-lines');
  const series = await judgedSeries(runs, run, metricLines);
  const packages = await packagesOf(runs.store, captured);
  return { plan, captured, result, series, packages, roots: [plan.root] };
}

async function packagesOf(store: string, captured: Captured | undefined): Promise<Package[] | undefined> {
  const list = knownValue(captured?.packages)?.list;
  if (list === undefined) return undefined;
  return readPackageList(store, list).catch(() => undefined);
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
function environmentCaps(original: RunDetails, reproduced: RunDetails, same: boolean): string[] {
  const version = versionOf(original);
  const noPython = version === undefined && knownValue(original.plan?.interpreter) === undefined;
  if (noPython) return [];
  const before = knownValue(original.captured?.packages)?.list;
  const after = knownValue(reproduced.captured?.packages)?.list;
  if (before === undefined || after === undefined) return ['the packages could not be compared'];
  return [
    ...(before === after || same ? [] : ['the packages are not the recorded ones']),
    ...(versionOf(reproduced) === version ? [] : ['the interpreter is not the recorded one']),
  ];
}

/** Of the command's own Python, or of the first one that it started. */
function versionOf({ plan, captured }: RunDetails): string | undefined {
  return knownValue(plan?.interpreter)?.version ?? captured?.pythons?.[0]?.version;
}

/** What was run in the end may not be what the snapshot holds. */
function editedCodeCaps({ result }: JudgedRun): string[] {
  if (result?.codeChangedDuringRun !== true) return [];
  const files = result.codeChangedFiles ?? [];
  return [`code was changed while the original ran${files.length === 0 ? '' : ` (${some(files)})`}`];
}

/** Inputs that nobody saw are unverified, and so is the origin of code that nobody saw. */
function observationCaps(original: JudgedRun, reproduced: JudgedRun): string[] {
  const inputs = unobserved(original);
  const python = knownValue(original.plan.interpreter) !== undefined;
  const unseenNow = python && reproduced.captured?.modules.known !== 'captured';
  return [
    ...(inputs === undefined ? [] : [`unverified inputs of the original: ${inputs}`]),
    ...(inputs === undefined && unseenNow ? ['the code of the reproduction was not observed'] : []),
  ];
}

/** Code that no snapshot holds and no package list names. What the run itself generated is no such code. */
function outsideCodeCaps(reproduced: JudgedRun, roots: readonly string[], request: JudgeRequest): string[] {
  const { layout, preparation } = request;
  const elsewhere = [layout.base, ...roots, ...preparation.environmentFolders];
  const since = Date.parse(reproduced.result?.startedAt ?? '');
  const paths = Object.values(knownValue(reproduced.captured?.modules) ?? {}).filter(
    path =>
      isAbsolute(path) &&
      !elsewhere.some(folder => isInside(path, folder)) &&
      !((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? since) >= since),
  );
  return paths.length === 0 ? [] : [`code from outside the repository (${some([...new Set(paths)])})`];
}

/** Written while other runs were live: perhaps theirs, perhaps what the reproduction failed to write. */
function ambiguousOutputCaps(original: JudgedRun, reproduced: JudgedRun): string[] {
  const now = new Set((reproduced.result?.outputs ?? []).map(({ path }) => path));
  return (original.result?.outputs ?? [])
    .filter(({ path, how, inSnapshot }) => how === 'ambiguous' && inSnapshot !== true && !now.has(path))
    .map(({ path }) => `${path} may be an output that was not written again`);
}

function some(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).join(', ');
  return texts.length > 3 ? `${shown} and ${texts.length - 3} more` : shown;
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
