/**
 * Runs a recorded run twice for a short while, one after the other and exactly alike, and writes down what the two
 * differ by: `probes/<ulid>.json` of the run. Invariant: what it started has ended when it resolves or rejects, and a
 * probe is written whole or not at all.
 */
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { LockstepError } from '../../base/lockstepError.ts';
import { cancelRun } from '../../execution/cancelRun.ts';
import type { LaunchedRun, LaunchOptions } from '../../execution/launchRun.ts';
import { announceChange } from '../../runs/changes.ts';
import { printsMetrics } from '../../runs/printsMetrics.ts';
import type { DeterminismProbe, NoiseBand } from '../../runs/determinismProbe.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPaths } from '../../runs/runPaths.ts';
import { RunStore } from '../../runs/runStore.ts';
import { awaitCaptured } from '../awaitCaptured.ts';
import { judgedSeries } from '../comparison/judgedSeries.ts';
import { volatileOutputReason } from '../comparison/volatileNames.ts';
import type { VolatilePatterns } from '../comparison/volatileNames.ts';
import { probeRunFailed } from '../errors.ts';
import { touchedByRun } from '../restore/touchedByRun.ts';
import { touchedMend, touchedSentence } from '../restore/touchedWorkspace.ts';
import { experimentRules } from '../experimentRules.ts';
import { readRules } from '../readRules.ts';
import { reproduceRun } from '../reproduceRun.ts';
import { requireConfirmed } from '../requireConfirmed.ts';
import type { ReproduceRequest } from '../reproduceRun.ts';
import { numbersAsJson } from '../verdictToJson.ts';
import { compareExecutions } from './compareExecutions.ts';
import { machineOf } from './machineOf.ts';
import { probeLength } from './probeLength.ts';
import type { ProbeLength } from './probeLength.ts';
import { probeSentence } from './probeSentence.ts';

export interface ProbeRequest extends Omit<ReproduceRequest, 'options'> {
  /** As far as asked; see {@link probeLength} for when nothing is. */
  readonly length?: ProbeLength | undefined;
  /** For both runs alike; how far they go and what they are for is not theirs to say. */
  readonly options?: ReproduceRequest['options'];
  /** Ends the run that goes on with all its processes, and the probe with it. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ProbeProgress) => void) | undefined;
}

export type ProbeProgress =
  /** How far each of the two goes. */
  | { readonly kind: 'length'; readonly length: ProbeLength }
  | { readonly kind: 'started' | 'ended'; readonly run: 1 | 2; readonly id: string };

export interface ProbeOutcome {
  readonly id: string;
  readonly probe: DeterminismProbe;
}

/**
 * Rejects with what `reproduceRun` rejects with, with `probe-run-failed`, and with the signal's reason when cancelled.
 */
export async function probeDeterminism(request: ProbeRequest, launch: LaunchOptions): Promise<ProbeOutcome> {
  const { original, store, signal } = request;
  requireConfirmed(original);
  const runs = new RunStore(store);
  const { file } = await readRules({ ...request, plan: original.plan });
  const { volatile } = experimentRules(file, original.plan?.experiment);
  const metricLines = printsMetrics(original);
  const length = request.length ?? probeLength(await judgedSeries(runs, original, metricLines), volatile);
  request.onProgress?.({ kind: 'length', length });
  const options = { ...request.options, ...length, purpose: 'probe' as const };
  const ended: RunDetails[] = [];
  for (const run of [1, 2] as const) {
    signal?.throwIfAborted();
    const launched = await reproduceRun({ ...request, options }, launch);
    request.onProgress?.({ kind: 'started', run, id: launched.id });
    const details = await endOf(launched, runs, signal);
    request.onProgress?.({ kind: 'ended', run, id: launched.id });
    await requireUsable(details, run, request);
    ended.push(details);
  }
  const [first, second] = ended;
  if (first === undefined || second === undefined) throw new Error('two runs have two records');
  const bands = compareExecutions(
    await judgedSeries(runs, first, metricLines),
    await judgedSeries(runs, second, metricLines),
    { volatile, throughStep: length.throughStep },
  );
  const probe = probeOf(original.id, [first, second], bands, differingOutputs(first, second, volatile));
  const id = ulid();
  const folder = runPaths(store, original.id).probes;
  await mkdir(folder, { recursive: true });
  await writeJsonAtomic(join(folder, `${id}.json`), numbersAsJson(probe));
  announceChange(store, [original.id]);
  return { id, probe };
}

/** The record of the run after its end, hardware included. When cancelled, the end is waited for all the same. */
async function endOf(run: LaunchedRun, runs: RunStore, signal: AbortSignal | undefined): Promise<RunDetails> {
  try {
    await run.ended(signal);
    await awaitCaptured(run.paths, signal);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    await cancelRun(runs.store, run.id).catch((problem: unknown) => {
      if (!(problem instanceof LockstepError && problem.code === 'run-already-ended')) throw problem;
    });
    throw signal.reason;
  }
  return runs.read(run.id);
}

/** One that failed where the original did not has no noise to show, and neither has one that was kept from writing. */
async function requireUsable(
  details: RunDetails,
  run: 1 | 2,
  { original, root, store }: ProbeRequest,
): Promise<void> {
  const { id, result, state } = details;
  const touched = await touchedByRun({
    ...{ run: details, originalRoot: original.plan?.root ?? root, workspace: root, store },
  });
  if (touched !== undefined)
    throw probeRunFailed(id, run, { message: touchedSentence(touched), mend: touchedMend(touched) });
  const failed = result === undefined || (state === 'failed' && original.state !== 'failed');
  if (failed) throw probeRunFailed(id, run, result?.failure);
}

function probeOf(
  runId: string,
  [first, second]: readonly [RunDetails, RunDetails],
  bands: readonly NoiseBand[],
  outputs: readonly string[],
): DeterminismProbe {
  const machine = machineOf(second);
  const counted = bands.filter(band => band.volatile !== true);
  const reached = counted.map(band => band.throughStep).filter(step => step !== undefined);
  const facts = {
    identical: counted.length > 0 && counted.every(band => band.identical) && outputs.length === 0,
    bands: [...bands],
    ...(reached.length === 0 ? {} : { throughStep: Math.max(...reached) }),
    differingOutputs: [...outputs],
  };
  return {
    schemaVersion: 1,
    at: new Date().toISOString(),
    host: machine.host ?? hostname(),
    machine: {
      ...(machine.cpuModel === undefined ? {} : { cpuModel: machine.cpuModel }),
      gpus: [...machine.gpus],
    },
    runId,
    reproductionIds: [first.id, second.id],
    sentence: probeSentence(facts),
    ...facts,
  };
}

/** Files of a run that was stopped are unfinished: only what two finished ones wrote says anything. */
function differingOutputs(first: RunDetails, second: RunDetails, volatile: VolatilePatterns): string[] {
  if (first.state !== 'finished' || second.state !== 'finished') return [];
  const others = new Map((second.result?.outputs ?? []).map(output => [output.path, output]));
  return (first.result?.outputs ?? [])
    .filter(({ path, sha256, volatile: marked }) => {
      const other = others.get(path);
      if (marked === true || volatileOutputReason(path, volatile) !== undefined) return false;
      return sha256 !== undefined && other?.sha256 !== undefined && sha256 !== other.sha256;
    })
    .map(({ path }) => path)
    .sort();
}
