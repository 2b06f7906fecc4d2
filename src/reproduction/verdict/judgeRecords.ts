/** Reads the records of a run and of its reproduction, and judges the one by the other. */
import { isAbsolute, join } from 'node:path';
import { findRepository } from '../../git/findRepository.ts';
import { isLacking } from '../../git/gaps.ts';
import { hashFile } from '../../git/hashFile.ts';
import type { Captured, FileUse, Package } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import { readPackageList } from '../../runs/packageStore.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import { RunStore } from '../../runs/runStore.ts';
import { printsMetrics } from '../../runs/printsMetrics.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { Verdict } from '../../runs/verdict.ts';
import type { CheckoutLayout } from '../restore/checkoutLayout.ts';
import { changedPackages } from '../restore/changedPackages.ts';
import { differingVariables, namedVariables } from '../restore/namedVariables.ts';
import { touchedWorkspace } from '../restore/touchedWorkspace.ts';
import { checkpointFiles } from '../restore/placeCheckpoint.ts';
import { isOtherFiles } from '../restore/presentFiles.ts';
import { recheckInputs } from '../restore/recheckInputs.ts';
import { differingOperation } from '../cause/operations/differingOperation.ts';
import { planMissing } from '../errors.ts';
import { visibleVariables } from '../forecast/lookAtEnvironment.ts';
import { portSentence } from '../restore/programPorts.ts';
import { usesHashOrder } from '../forecast/usesHashOrder.ts';
import { judgedSeries } from '../comparison/judgedSeries.ts';
import { lastDigits } from '../comparison/lastDigits.ts';
import { countMetricLikeLines, fewestMetricLines } from '../../tracking/countMetricLikeLines.ts';
import { finalStatistics } from './finalStatistics.ts';
import { earlierReproductions } from '../probe/earlierReproductions.ts';
import { machineOf, sameMachine } from '../probe/machineOf.ts';
import { probesOf, readProbes } from '../probe/readProbes.ts';
import { editedCodeDoubts, recordCaps } from './recordCaps.ts';
import { readInWorkspace } from './readInWorkspace.ts';
import { withoutResume } from './withoutResume.ts';
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
  const roots = [...new Set([before.plan.root, workspace])];
  const own = [layout.base, request.store, ...preparation.environmentFolders];
  const read = readInWorkspace(
    withOriginalPaths(after.captured?.inputs ?? [], layout),
    before.captured?.inputs ?? [],
    roots,
    own,
  );
  const second: JudgedRun = {
    ...after,
    roots: [...new Set([layout.checkout, before.plan.root, workspace])],
    changedInputs: preparation.caps.flatMap(cap => /^input (.*) has changed since$/.exec(cap)?.[1] ?? []),
    ...(after.captured === undefined ? {} : { captured: { ...after.captured, inputs: [...read.inputs] } }),
    ...(after.result === undefined
      ? {}
      : { result: { ...after.result, outputs: withOriginalPaths(after.result.outputs, layout) } }),
    outputFile: async output => unchangedFile(output, layout.checkout, placeOf(output, layout)),
  };
  const compared =
    options.checkpoint === undefined
      ? second
      : withoutResume(
          second,
          first,
          checkpointFiles(original, options.checkpoint),
          options.resume?.length ?? 0,
        );
  const fromStep = options.checkpoint === undefined ? undefined : firstStepOf(after.series);
  const changed = changedPackages(before.packages ?? [], after.packages ?? [], [...roots, layout.checkout]);
  const known = before.packages !== undefined && after.packages !== undefined;
  const same = known && changed.changed.length + changed.added.length === 0;
  const recheck = await recheckInputs(preparation.verified ?? [], reproduced, path => layout.original(path));
  const operation = await differingOperation(original, reproduced);
  const here = machineOf(reproduced);
  const probes = probesOf(here, await readProbes(original.dir));
  const verdict = await judgeReproduction(withoutEarlier(first, second, fromStep), compared, {
    ...(fromStep === undefined ? {} : { fromStep }),
    probes,
    ...(probes.length > 0
      ? {}
      : { earlier: await earlierReproductions(runs, original, reproduced, printsMetrics(original)) }),
    lastDigits: await lastDigits(
      { paths: runPathsIn(original.dir), series: first.series },
      { paths: runPathsIn(reproduced.dir), series: second.series },
      options.throughStep,
    ),
    noiseOnlyLoosens: !sameMachine(here, machineOf(original)),
    ...(operation === undefined ? {} : { operation }),
    tolerances: options.tolerances,
    asRecorded: text => text.replaceAll(layout.checkout, before.plan.root),
    notes: options.notes,
    unreadLines: await unreadLines(original, first.series),
    failureCause: await portSentence(
      { failure: after.result?.failure?.message },
      { argv: after.plan.argv, variables: visibleVariables(after.plan) },
    ),
    volatile: options.volatile,
    ...{
      partAskedFor: options.throughStep !== undefined || options.forMs !== undefined,
      forMs: options.forMs,
    },
    ...(options.throughStep === undefined ? {} : { throughStep: options.throughStep }),
    caps: distinct([
      ...preparation.caps,
      ...recheck.map(path => `input ${path} was changed during the reproduction`),
      ...recordCaps(first, second, {
        samePackages: same,
        elsewhere: [layout.base, before.plan.root, workspace, ...preparation.environmentFolders],
      }),
    ]),
    strangeData: [...read.strange, ...leftOutCode(original, reproduced, options.without)],
    hashOrderMatters: await usesHashOrder(original, await findRepository(workspace, process.env), {
      environment: process.env,
    }).catch(() => false),
    namedVariables: await namedVariables(
      { original, workspace },
      differingVariables(before.plan, after.plan),
    ),
    doubts: [
      ...editedCodeDoubts(before),
      ...preparation.caps.filter(isOtherFiles),
      ...(before.captured?.listed ?? []).map(
        folder => `which files ${folder} held, which the original looked through, is not recorded`,
      ),
      ...options.without.map(path => `${path}, which the original read, was left out`),
    ],
    touched: await touchedWorkspace({
      ...{ captured: after.captured, result: after.result, places: { roots, own } },
      ...{ checkout: layout.checkout, preparation },
      logs: [runPathsIn(reproduced.dir).stderr, runPathsIn(reproduced.dir).stdout],
    }),
    ...{ readOnlyBy: preparation.readOnlyBy, moved: preparation.moved },
    escapedModules: escapedModules(after.captured, [before.plan.root, workspace], request),
  });
  const earlier = original.verdicts.filter(
    one => one.reproductionId !== verdict.reproductionId && one.broughtBy === undefined,
  );
  const statistics = finalStatistics([...earlier, verdict]);
  return statistics === undefined ? verdict : { ...verdict, statistics };
}

/** A program without a part of its code is another one, whatever came of it. */
function leftOutCode(original: RunDetails, reproduced: RunDetails, without: readonly string[]): string[] {
  const before = knownValue(original.plan?.code);
  const after = knownValue(reproduced.plan?.code);
  if (before === undefined || after === undefined) return [];
  const there = new Set(after.submodules.map(({ path }) => path));
  const lacking = new Set(
    after.gaps.filter(gap => isLacking(gap) && gap.sha256 === undefined).map(({ path }) => path),
  );
  return without
    .filter(
      path => lacking.has(path) || (before.submodules.some(one => one.path === path) && !there.has(path)),
    )
    .map(path => `${path}, a part of the code, was left out`);
}

/** As `lockstep run` tells them: what nobody reads, and looks like metrics. */
async function unreadLines(original: RunDetails, series: JudgedRun['series']): Promise<readonly string[]> {
  if (series.length > 0 || printsMetrics(original)) return [];
  const { lines, keys } = await countMetricLikeLines(runPathsIn(original.dir).stdout);
  return lines >= fewestMetricLines ? keys : [];
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
  const series = await judgedSeries(runs, run, printsMetrics(original));
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
