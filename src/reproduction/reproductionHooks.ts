/** What the supervisor of a reproduction does besides supervising: the checkout before, the verdict after. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonAtomic } from '../base/atomicFile.ts';
import { lockstepCacheFolder } from '../base/lockstepCacheFolder.ts';
import { readProcessRecord } from '../execution/runEnd.ts';
import type { EndedRun, PrepareContext, PreparedRun, RunHooks } from '../execution/runHooks.ts';
import type { LaunchSpec } from '../execution/launchSpec.ts';
import { announceChange } from '../runs/changes.ts';
import { RunStore } from '../runs/runStore.ts';
import { runPaths } from '../runs/runPaths.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { awaitCaptured } from './awaitCaptured.ts';
import { checkoutLayout } from './restore/checkoutLayout.ts';
import type { CheckoutLayout } from './restore/checkoutLayout.ts';
import { planMissing, reproductionOptionsWrong } from './errors.ts';
import { judgeRecords } from './verdict/judgeRecords.ts';
import { readPreparation, writePreparation } from './restore/preparationRecord.ts';
import type { JudgedPreparation } from './restore/preparationRecord.ts';
import { preparingNotes } from './restore/preparingNotes.ts';
import { prepareReproduction } from './restore/prepareReproduction.ts';
import { chooseEnvironmentRoute } from './restore/environmentRoute.ts';
import type { EnvironmentRoute } from './restore/environmentRoute.ts';
import { gpuVariables } from './restore/gpuVariables.ts';
import type { FetchSharedSnapshot } from './restore/haveSnapshot.ts';
import { takeRoute } from './restore/takeRoute.ts';
import { giveBackFiles, makeReproductionContainer } from './restore/reproductionContainer.ts';
import { reproductionOptionsSchema } from './reproductionOptions.ts';
import type { ReproductionOptions } from './reproductionOptions.ts';
import { stopAtPart } from './stopAtPart.ts';
import { markCheckout, sweepCheckouts } from './restore/sweepCheckouts.ts';
import { verdictToJson } from './verdictToJson.ts';

export interface ReproductionSources {
  /** Where code comes from that is not on this machine. */
  readonly fetchShared?: FetchSharedSnapshot;
}

/** Hooks that do nothing for a run that reproduces none. */
export function reproductionHooks(sources: ReproductionSources = {}): RunHooks {
  let started: Started | undefined;
  return {
    async prepare(spec, context) {
      if (spec.reproduces === undefined) return {};
      const { prepared, ...others } = await start(spec, spec.reproduces, context, sources);
      started = others;
      return prepared;
    },
    async resume(spec, paths) {
      if (spec.reproduces !== undefined) started = await resume(spec, spec.reproduces, paths);
    },
    async afterResult(ended) {
      if (started === undefined || ended.spec.reproduces === undefined) return;
      started.part.abort();
      try {
        // Metrics and hashes of outputs are in its record, for whoever asked for the probe or the trial.
        if (started.options.purpose === 'attest') await judge(ended, ended.spec.reproduces, started);
      } finally {
        await giveBackFiles((await readProcessRecord(ended.paths))?.container, started.layout.base);
        if (!started.options.keep) await removeCheckout(started.layout);
      }
    },
  };
}

interface Started {
  readonly options: ReproductionOptions;
  readonly layout: CheckoutLayout;
  readonly preparation: JudgedPreparation;
  /** Ends the watch for the part that was asked for. */
  readonly part: AbortController;
}

/** Checkouts of reproductions lie here, one folder a run. */
export function checkoutsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(lockstepCacheFolder(environment), 'checkouts');
}

async function start(
  spec: LaunchSpec,
  originalId: string,
  context: PrepareContext,
  { fetchShared }: ReproductionSources,
): Promise<Started & { readonly prepared: PreparedRun }> {
  const options = optionsOf(spec);
  const runs = new RunStore(spec.store);
  await awaitCaptured(runPaths(spec.store, originalId), context.signal);
  const original = await runs.read(originalId);
  const { plan } = original;
  if (plan === undefined) throw planMissing(originalId, original.problems[0]);
  const folder = checkoutsFolder(context.environment);
  const layout = checkoutLayout(join(folder, spec.id), plan.root);
  await mkdir(layout.base, { recursive: true, mode: 0o700 });
  await markCheckout(layout.base, { store: spec.store, id: spec.id, keep: options.keep });
  void sweepCheckouts(folder, spec.id);
  const { environment, signal } = context;
  const choose = (codeRoot: string): Promise<EnvironmentRoute> =>
    chooseEnvironmentRoute({
      ...{ original, store: spec.store, codeRoot, asked: options.environment, environment, signal },
    });
  // How an image is built is in the code, which may have to be fetched first.
  const early = plan.environment.container === undefined ? choose(spec.root) : undefined;
  early?.catch(() => undefined);
  const log = (text: string): void => void process.stderr.write(`${text}\n`);
  const note = preparingNotes(context.paths);
  const onProgress = (text: string): void => {
    log(text);
    note(text);
  };
  try {
    const made = await prepareReproduction({
      ...{ original, layout, environment, signal, fetchShared },
      ...{ store: spec.store, workspace: spec.root, argv: context.argv },
      allowOutsideWrites: options.allowOutsideWrites,
      inputs: options.inputs,
      tree: options.purpose === 'trial' ? options.tree : undefined,
      takeRoute: async checkout => {
        const route = await (early ?? choose(checkout));
        log([route.text, ...route.passedOver.map(one => `not ${one.kind}: ${one.reason}`)].join('; '));
        return takeRoute({
          ...{ route, original, plan, checkout, environment, onProgress, signal },
          ...{ store: spec.store, workspace: spec.root },
          ...{ packages: options.packages, network: options.network },
        });
      },
      checkpoint:
        options.checkpoint === undefined
          ? undefined
          : { path: options.checkpoint, resume: options.resume ?? [] },
      portClaims: join(lockstepCacheFolder(environment), 'ports'),
    });
    const { root, cwd, argv, code, taken } = made;
    const container = taken.inContainer
      ? await makeReproductionContainer({
          ...{ plan, layout, store: spec.store, id: spec.id, workspace: spec.root },
          ...{ paths: context.paths, environment, signal, image: taken.image, gpu: options.gpu, onProgress },
          ...{ environmentFolders: made.environmentFolders, linked: made.linked },
          network: options.network,
        })
      : undefined;
    const asked = {
      ...(container === undefined ? gpuVariables(options.gpu, plan) : {}),
      ...askedVariables(options),
    };
    const preparation = { ...made, base: layout.base, caps: [...made.caps, ...(container?.caps ?? [])] };
    await writePreparation(context.paths, preparation);
    const part = new AbortController();
    stopAtPart({ spec, original, options, runs, signal: part.signal });
    return {
      options,
      layout,
      preparation,
      part,
      prepared: {
        ...{ root, cwd, argv, code },
        variables: { ...made.variables, ...asked },
        ...(container === undefined
          ? {}
          : { container: { ...container, variables: { ...container.variables, ...asked } } }),
        plan: {
          // Recorded with the paths it ran with, and without the secrets.
          argv: made.shown(spec.argv),
          ...(taken.identity === undefined ? {} : { environment: taken.identity }),
        },
      },
    };
  } catch (error) {
    await removeCheckout(layout);
    throw error;
  }
}

/** What {@link start} knew, from the record. Undefined when the supervisor was killed before it was prepared. */
async function resume(spec: LaunchSpec, originalId: string, paths: RunPaths): Promise<Started | undefined> {
  const preparation = await readPreparation(paths);
  const runs = new RunStore(spec.store);
  const original = await runs.read(originalId);
  if (preparation === undefined || original.plan === undefined) return undefined;
  const options = optionsOf(spec);
  const layout = checkoutLayout(preparation.base ?? join(checkoutsFolder(), spec.id), original.plan.root);
  const part = new AbortController();
  const { forMs } = options;
  const gone = Date.now() - Date.parse(spec.createdAt);
  const rest = forMs === undefined ? options : { ...options, forMs: Math.max(1, forMs - gone) };
  stopAtPart({ spec, original, options: rest, runs, signal: part.signal });
  return { options, layout, preparation, part };
}

/** Over everything else; undefined removes. */
function askedVariables({ variables }: ReproductionOptions): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value ?? undefined]));
}

function optionsOf(spec: LaunchSpec): ReproductionOptions {
  const asked = reproductionOptionsSchema.safeParse(spec.options);
  if (!asked.success) throw reproductionOptionsWrong(asked.error);
  return asked.data;
}

async function judge(ended: EndedRun, originalId: string, started: Started): Promise<void> {
  const { spec } = ended;
  const { options, layout, preparation } = started;
  const verdict = await judgeRecords({
    store: spec.store,
    originalId,
    reproductionId: spec.id,
    workspace: spec.root,
    options,
    layout,
    preparation,
  });
  const folder = runPaths(spec.store, originalId).verdicts;
  await mkdir(folder, { recursive: true });
  await writeJsonAtomic(join(folder, `${spec.id}.json`), verdictToJson(verdict));
  announceChange(spec.store, [originalId, spec.id]);
}

async function removeCheckout(layout: CheckoutLayout): Promise<void> {
  await rm(layout.base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
