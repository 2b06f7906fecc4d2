/** What the supervisor of a reproduction does besides supervising: the checkout before, the verdict after. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lockstepCacheFolder } from '../base/lockstepCacheFolder.ts';
import { readProcessRecord } from '../execution/runEnd.ts';
import type { PrepareContext, PreparedRun, RunHooks } from '../execution/runHooks.ts';
import type { LaunchSpec } from '../execution/launchSpec.ts';
import { withReadOnly } from '../execution/readOnly/findProtection.ts';
import type { WriteProtection } from '../execution/readOnly/writeProtection.ts';
import { RunStore } from '../runs/runStore.ts';
import { runPaths } from '../runs/runPaths.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { awaitCaptured } from './awaitCaptured.ts';
import { checkoutLayout } from './restore/checkoutLayout.ts';
import { planMissing } from './errors.ts';
import type { Reproduced } from './judgeReproduced.ts';
import { judgeLost, judgeReproduced, optionsOf, removeCheckout } from './judgeReproduced.ts';
import { readPreparation, writePreparation } from './restore/preparationRecord.ts';
import type { JudgedPreparation } from './restore/preparationRecord.ts';
import { preparingNotes } from './restore/preparingNotes.ts';
import { prepareReproduction } from './restore/prepareReproduction.ts';
import { protectWorkspace } from './restore/protectWorkspace.ts';
import { watchFiles } from './restore/watchedFiles.ts';
import { chooseEnvironmentRoute } from './restore/environmentRoute.ts';
import type { EnvironmentRoute } from './restore/environmentRoute.ts';
import { requireRoom, withFullDisk } from './restore/diskRoom.ts';
import { gpuVariables } from './restore/gpuVariables.ts';
import type { FetchSharedSnapshot } from './restore/haveSnapshot.ts';
import { takeRoute } from './restore/takeRoute.ts';
import { giveBackFiles, makeReproductionContainer } from './restore/reproductionContainer.ts';
import type { ReproductionOptions } from './reproductionOptions.ts';
import { stopAtPart } from './stopAtPart.ts';
import { markCheckout, sweepCheckouts } from './restore/sweepCheckouts.ts';

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
      const { reproduces } = spec;
      const { prepared, ...others } = await start(spec, reproduces, context, sources).catch(
        async (error: unknown) => {
          throw await withFullDisk(error, {
            original: await new RunStore(spec.store).read(reproduces),
            ...{ folder: lockstepCacheFolder(context.environment), workspace: spec.root },
            environment: context.environment,
          });
        },
      );
      started = others;
      return prepared;
    },
    async resume(spec, paths) {
      if (spec.reproduces !== undefined) started = await resume(spec, spec.reproduces, paths);
    },
    afterResult: ({ spec, paths }) => conclude(spec, paths, started),
    afterLost: (spec, paths) => conclude(spec, paths, started),
  };
}

async function conclude(spec: LaunchSpec, paths: RunPaths, started: Started | undefined): Promise<void> {
  if (started === undefined || spec.reproduces === undefined) return;
  started.part.abort();
  try {
    // Metrics and hashes of outputs are in its record, for whoever asked for the probe or the trial.
    if (started.options.purpose === 'attest') await judgeReproduced(spec, spec.reproduces, started);
  } finally {
    await giveBackFiles((await readProcessRecord(paths))?.container, started.layout.base);
    if (!started.options.keep) await removeCheckout(started.layout);
  }
}

interface Started extends Reproduced {
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
  void sweepCheckouts(folder, spec.id, ({ store, id }) => judgeLost(store, id, join(folder, id)));
  const { environment, signal } = context;
  const choose = (codeRoot: string): Promise<EnvironmentRoute> =>
    chooseEnvironmentRoute({
      ...{ original, store: spec.store, codeRoot, asked: options.environment, environment, signal },
    });
  // How an image is built is in the code, which may have to be fetched first.
  const early = plan.environment.container === undefined ? choose(spec.root) : undefined;
  early?.catch(() => undefined);
  // Tried beside the checkout, so that it costs no time of its own.
  const protecting = protectWorkspace({
    ...{ workspace: spec.root, recordedRoot: plan.root, environment, signal },
    own: [context.paths.dir, layout.base],
  });
  protecting.catch(() => undefined);
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
      volatile: options.volatile,
      ...{ inputs: options.inputs, give: options.give, without: options.without },
      tree: options.purpose === 'trial' ? options.tree : undefined,
      takeRoute: async checkout => {
        const route = await (early ?? choose(checkout));
        log([route.text, ...route.passedOver.map(one => `not ${one.kind}: ${one.reason}`)].join('; '));
        return takeRoute({
          ...{ route, original, plan, checkout, environment, onProgress, signal, scratch: layout.base },
          ...{ store: spec.store, workspace: spec.root },
          ...{ packages: options.packages, network: options.network },
        });
      },
      checkpoint:
        options.checkpoint === undefined
          ? undefined
          : { path: options.checkpoint, resume: options.resume ?? [] },
      protecting,
      portClaims: join(lockstepCacheFolder(environment), 'ports'),
    });
    if (options.purpose === 'attest' && options.throughStep === undefined && options.forMs === undefined)
      await requireRoom(original, lockstepCacheFolder(environment));
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
    const protects = container === undefined ? await protecting : undefined;
    const protection = protects && (await withReadOnly(protects, made.linked));
    log(protectionText(container !== undefined, protection));
    const preparation: JudgedPreparation = {
      ...{ ...made, base: layout.base, caps: [...made.caps, ...(container?.caps ?? [])] },
      ...{ moved: Object.keys(made.moved), linked: made.linked, kept: protection?.folders },
      ...(container !== undefined
        ? { readOnlyBy: 'container' }
        : protection === undefined
          ? {}
          : { readOnlyBy: protection.mounted === undefined ? 'python' : 'system' }),
      ...(container !== undefined || protection?.mounted !== undefined
        ? {}
        : { watched: await watchFiles(original.result?.outputs ?? [], [spec.root, plan.root], signal) }),
    };
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
        recordedAs: made.moved,
        protection: protection && { ...protection, environments: made.environmentFolders },
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

function protectionText(inContainer: boolean, protection: WriteProtection | undefined): string {
  if (inContainer) return 'the workspace is not in the container';
  if (protection === undefined) return 'nothing keeps the command from writing to the workspace';
  return protection.mounted === undefined
    ? 'the workspace is read-only for Python programs alone: this system mounts nothing for us'
    : `the workspace is mounted read-only for the command (by ${protection.mounted.by === 'root' ? 'root' : 'a user namespace'})`;
}

/** Over everything else; undefined removes. */
function askedVariables({ variables }: ReproductionOptions): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value ?? undefined]));
}
