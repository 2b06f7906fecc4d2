/**
 * Judges a reproduction from what is on disk, and writes the verdict beside the original: for its supervisor at its end,
 * and for whoever comes later where the supervisor was killed.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonAtomic } from '../base/atomicFile.ts';
import { readLaunchSpec } from '../execution/launchSpec.ts';
import type { LaunchSpec } from '../execution/launchSpec.ts';
import { readProcessRecord, readRunEnd } from '../execution/runEnd.ts';
import { announceChange } from '../runs/changes.ts';
import { runPaths } from '../runs/runPaths.ts';
import { supervisorLives } from '../runs/runState.ts';
import { RunStore } from '../runs/runStore.ts';
import type { Verdict } from '../runs/verdict.ts';
import { reproductionOptionsWrong } from './errors.ts';
import { reproductionOptionsSchema } from './reproductionOptions.ts';
import type { ReproductionOptions } from './reproductionOptions.ts';
import { checkoutLayout, type CheckoutLayout } from './restore/checkoutLayout.ts';
import { isCheckoutOf } from './restore/sweepCheckouts.ts';
import { readPreparation, type JudgedPreparation } from './restore/preparationRecord.ts';
import { judgeRecords } from './verdict/judgeRecords.ts';
import { verdictToJson } from './verdictToJson.ts';

export interface Reproduced {
  readonly options: ReproductionOptions;
  readonly layout: CheckoutLayout;
  readonly preparation: JudgedPreparation;
}

export async function judgeReproduced(
  { id, store, root }: Pick<LaunchSpec, 'id' | 'store' | 'root'>,
  originalId: string,
  { options, layout, preparation }: Reproduced,
): Promise<Verdict> {
  const verdict = await judgeRecords({
    ...{ store, originalId, reproductionId: id, workspace: root, options, layout, preparation },
  });
  const folder = runPaths(store, originalId).verdicts;
  await mkdir(folder, { recursive: true });
  await writeJsonAtomic(join(folder, `${id}.json`), verdictToJson(verdict));
  announceChange(store, [originalId, id]);
  return verdict;
}

/**
 * The verdict of a reproduction that is over without one: nobody is left to give it. Undefined where it has one, goes
 * on, asked for none, or was killed before its command began. Rejects with the system's error.
 * @param checkout Where whoever asks found its checkout: that of another cache is none of its business.
 */
export async function judgeLost(store: string, id: string, checkout?: string): Promise<Verdict | undefined> {
  const paths = runPaths(store, id);
  const end = await readRunEnd(paths);
  if (end === undefined || end.stillRunning) return undefined;
  const record = await readProcessRecord(paths);
  if (record === undefined || (await supervisorLives(record)) !== 'gone') return undefined;
  const spec = await readLaunchSpec(paths).catch(() => undefined);
  const preparation = await readPreparation(paths);
  if (spec?.reproduces === undefined || preparation?.base === undefined) return undefined;
  if (checkout !== undefined && checkout !== preparation.base) return undefined;
  const runs = new RunStore(store);
  const [original, { plan }] = await Promise.all([runs.read(spec.reproduces), runs.read(id)]);
  const options = optionsOf(spec);
  if (original.plan === undefined || plan === undefined || options.purpose !== 'attest') return undefined;
  if (original.verdicts.some(one => one.reproductionId === id)) return undefined;
  const layout = checkoutLayout(preparation.base, original.plan.root);
  // Records may have been copied or moved since: only the store that was asked is written to.
  const asked = { id, store, root: spec.root };
  const verdict = await judgeReproduced(asked, spec.reproduces, { options, layout, preparation });
  if (!options.keep && (await isCheckoutOf(layout.base, asked))) await removeCheckout(layout);
  return verdict;
}

/** Throws `reproduction-options-wrong`. */
export function optionsOf(spec: LaunchSpec): ReproductionOptions {
  const asked = reproductionOptionsSchema.safeParse(spec.options);
  if (!asked.success) throw reproductionOptionsWrong(asked.error);
  return asked.data;
}

export async function removeCheckout(layout: CheckoutLayout): Promise<void> {
  await rm(layout.base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
