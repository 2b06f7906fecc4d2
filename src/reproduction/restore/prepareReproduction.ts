/**
 * Makes the surroundings in which a recorded run happens once more: its code in a private checkout, its interpreter,
 * its command and variables with every path into the workspace turned into the checkout, and the data it read.
 */
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { LockstepError } from '../../base/lockstepError.ts';
import { isMarkedHere } from '../../execution/capture/markPlan.ts';
import { describeGaps } from '../../git/gaps.ts';
import { createPrivateCheckout } from '../../git/privateCheckout.ts';
import type { PrivateCheckout } from '../../git/privateCheckout.ts';
import { knownValue } from '../../runs/known.ts';
import type { Known } from '../../runs/known.ts';
import type { Code, Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { codeUnknown, inputsMissing, planMissing, writesOutside } from '../errors.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { foldersOfEnvironment, linkEnvironments } from './environmentFolders.ts';
import { freePorts, withPorts } from './freePorts.ts';
import type { FreedPorts } from './freePorts.ts';
import { haveSnapshot } from './haveSnapshot.ts';
import type { FetchSharedSnapshot } from './haveSnapshot.ts';
import { leftOutSources } from './leftOutSources.ts';
import { offerInputs } from './offerInputs.ts';
import { offerLeftOut } from './offerLeftOut.ts';
import { offerPinned } from './offerPinned.ts';
import { outsideOutputs } from './outsideOutputs.ts';
import { placeCheckpoint } from './placeCheckpoint.ts';
import { folderInCheckout, leadsOut } from './placeInCheckout.ts';
import type { VerifiedInput } from './recheckInputs.ts';
import { isInside, relocatePaths } from './relocatePaths.ts';
import type { Relocation } from './relocatePaths.ts';
import { managedCommand, withRecordedInterpreter } from './reproducedCommand.ts';
import { reproducedVariables } from './reproducedVariables.ts';
import { requireInside } from './requireInside.ts';
import type { TakenRoute } from './takeRoute.ts';

export interface PreparationRequest {
  readonly original: RunDetails;
  readonly store: string;
  /** The workspace that the store belongs to. Absolute. */
  readonly workspace: string;
  readonly layout: CheckoutLayout;
  /** The true command, secrets included. */
  readonly argv: readonly string[];
  /** The environment that the reproduction was started from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly allowOutsideWrites: boolean;
  /** Recorded inputs whose content is taken from another file: path as recorded → absolute path. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  /** A tree in place of the recorded one: the code of a trial. */
  readonly tree?: string | undefined;
  /** Has the environment ready. Called with the checkout, when that is there. */
  readonly takeRoute: (checkout: string) => Promise<TakenRoute>;
  /** An output of the original to go on from, and the words that tell the program. */
  readonly checkpoint?: { readonly path: string; readonly resume: readonly string[] } | undefined;
  /** Where reproductions say which ports are theirs. Absolute. */
  readonly portClaims: string;
  readonly fetchShared?: FetchSharedSnapshot | undefined;
  readonly signal: AbortSignal;
}

export interface Preparation {
  readonly root: string;
  readonly cwd: string;
  readonly argv: readonly string[];
  /** The same change of a command whose secrets were taken out. */
  readonly shown: (argv: readonly string[]) => string[];
  /** Set over the environment; undefined removes. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly code: Known<Code>;
  /** Reasons why the verdict cannot be `identical`. */
  readonly caps: readonly string[];
  /** Environment folders: modules from there are no escape. Absolute. */
  readonly environmentFolders: readonly string[];
  /** Where links of the checkout to data lead. Absolute. */
  readonly linked: readonly string[];
  /** What is to be looked at again afterwards. */
  readonly verified: readonly VerifiedInput[];
  readonly taken: TakenRoute;
}

/**
 * Rejects with `plan-missing`, `code-unknown`, `snapshot-gone`, `input-missing`, `writes-outside`, `path-leaves-checkout`, with what
 * createPrivateCheckout, placeCheckpoint and `takeRoute` reject with, or when aborted.
 */
export async function prepareReproduction(request: PreparationRequest): Promise<Preparation> {
  const { original, workspace, layout, environment, signal } = request;
  const { plan } = original;
  if (plan === undefined) throw planMissing(original.id, original.problems[0]);
  const recorded = knownValue(plan.code);
  if (recorded === undefined)
    throw codeUnknown(
      plan.id,
      plan.code.known === 'unknown' ? plan.code.reason : 'the record is incomplete.',
    );
  const code = request.tree === undefined ? recorded : { ...recorded, tree: request.tree };
  requireInside(original, plan);
  const outside = outsideOutputs(original, request.argv);
  if (outside.fixed.length > 0 && !request.allowOutsideWrites) throw writesOutside(outside.fixed);

  const { missing } = await checkoutOf(code, request);
  const taken = await request.takeRoute(layout.checkout);
  const { rebuilt } = taken;
  // What ran in a container has its paths on the host nowhere but there.
  const elsewhere = plan.environment.container !== undefined && !taken.inContainer;
  const recordedFolders = await foldersOfEnvironment(plan, rebuilt !== undefined || elsewhere);
  const environmentFolders = rebuilt === undefined ? recordedFolders : [rebuilt.folder];
  await linkEnvironments(recordedFolders, [plan.root, workspace], layout, rebuilt?.folder);
  const folders = [...recordedFolders, ...environmentFolders];
  const data = await offerData(request, plan, code, { missing, folders, redirect: outside.redirect });
  const { checkpoint } = request;
  if (checkpoint !== undefined)
    await placeCheckpoint({
      ...{ original, workspace, layout, environment, signal, checkpoint: checkpoint.path },
    });

  const workspaceFolder = elsewhere ? plan.environment.container?.workspaceFolder : undefined;
  const relocation: Relocation = {
    from: [...(await namesOf(plan.root, workspace)), ...(workspaceFolder ? [workspaceFolder] : [])],
    to: layout.checkout,
    kept: folders,
  };
  const move = (word: string): string =>
    outside.redirect.reduce(
      (moved, path) => relocatePaths(moved, { from: [path], to: layout.redirected(path), kept: [] }),
      relocatePaths(word, relocation),
    );
  const cwd = join(layout.checkout, plan.cwd);
  await folderInCheckout(layout.base, cwd);
  await makeFolders(layout, [
    ...outside.redirect.map(path => dirname(layout.redirected(path))),
    ...outputFolders(plan, original, layout),
  ]);
  const variables = reproducedVariables(plan, request, move, original, rebuilt === undefined);
  const ports = await portsFor(request, plan, taken, variables);
  const resume = resumeWords(checkpoint, layout, cwd);
  const changed = (argv: readonly string[]): string[] => [...withPorts(argv, ports.moved), ...resume];
  const command = changed(request.argv);
  const managed = managedCommand({ ...request, argv: command }, plan, rebuilt, recordedFolders, variables);
  const unmanaged = elsewhere ? command : withRecordedInterpreter(command, plan, environmentFolders);
  return {
    root: layout.checkout,
    cwd,
    argv: (managed?.argv ?? unmanaged).map(move),
    shown: argv => changed(argv).map(word => relocatePaths(word, relocation)),
    variables: { ...variables, ...managed?.variables, ...ports.variables },
    code: data.code,
    caps: [
      ...taken.caps,
      // A reproduction's own record may lack more than its gaps say: a submodule that was gone.
      ...(plan.code.known === 'declared' && describeGaps(code.gaps) === undefined
        ? [`inexact snapshot${plan.code.reason === undefined ? '' : ` (${plan.code.reason})`}`]
        : []),
      ...data.caps,
    ],
    environmentFolders,
    linked: data.linked,
    verified: data.verified,
    taken,
  };
}

/** Where its objects are not here they are fetched first. */
async function checkoutOf(code: Code, request: PreparationRequest): Promise<PrivateCheckout> {
  const { original, workspace, layout, store, environment, signal } = request;
  const { plan } = original;
  // What somebody else's program can read of the repository in its container is what it came with.
  const ownObjects = plan?.environment.container !== undefined && !(await isMarkedHere(store, plan));
  const make = (): Promise<PrivateCheckout> =>
    createPrivateCheckout({
      ...{ root: workspace, code, target: layout.checkout, signal, environment, ownObjects },
    });
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'object-missing') throw error;
    const question = { runId: original.id, code, store, root: workspace, environment, signal };
    if ((await haveSnapshot(question, request.fetchShared)) === 'here') throw error;
    return make();
  }
}

/** Files that the code lists without holding them, pinned data, and what else the run read. Rejects with `input-missing`. */
async function offerData(
  { original, workspace, layout, environment, signal, inputs: instead = {} }: PreparationRequest,
  plan: Plan,
  code: Code,
  known: {
    readonly missing: PrivateCheckout['missing'];
    /** Of environments: what lies there is offered with them. */
    readonly folders: readonly string[];
    readonly redirect: readonly string[];
  },
): Promise<Pick<Preparation, 'code' | 'caps' | 'linked' | 'verified'>> {
  const outputs = original.result?.outputs ?? [];
  const { captured } = original;
  const leftOut = await offerLeftOut({
    ...{ code, captured, lacking: known.missing },
    ...{ outputs, workspace, layout, signal },
    sources: await leftOutSources({ workspace, code, captured, environment, fetch: true, signal }),
  });
  const inputs = (captured?.inputs ?? []).filter(
    input =>
      input.inSnapshot !== true &&
      !leftOut.paths.has(input.path) &&
      !known.folders.some(folder => isInside(absolute(input.path, plan.root), folder)),
  );
  const pinned = await offerPinned({
    ...{ outputs, workspace, layout, environment, signal },
    inputs: inputs.filter(input => !Object.hasOwn(instead, input.path)),
    // To whom read-only means nothing.
    byRoot: plan.environment.container !== undefined,
  });
  const offered = await offerInputs({
    inputs: inputs.filter(input => !pinned.offered.has(input.path)),
    ...{ outputs, workspace, layout, signal, instead, redirect: known.redirect },
  });
  const read = new Set((captured?.inputs ?? []).map(input => input.path));
  const gone = [...offered.missing, ...leftOut.missing.filter(path => read.has(path))];
  if (gone.length > 0) throw inputsMissing(gone, plan.pins);
  return {
    code: leftOut.code,
    caps: [
      ...leftOut.caps,
      ...offered.changed.map(path => `input ${path} has changed since`),
      ...[...pinned.unverified, ...offered.unverified].map(path => `unverified input ${path}`),
    ],
    linked: [...leftOut.linked, ...offered.linked],
    verified: [...leftOut.verified, ...pinned.verified, ...offered.verified],
  };
}

/** In a container with a network of its own all ports are free. */
async function portsFor(
  { argv, environment, portClaims }: PreparationRequest,
  plan: Plan,
  { inContainer }: TakenRoute,
  variables: Preparation['variables'],
): Promise<FreedPorts> {
  if (inContainer && plan.environment.container?.network !== 'host')
    return { variables: {}, moved: new Map() };
  return freePorts({ argv, variables: { ...environment, ...variables }, claims: portClaims });
}

function resumeWords(
  checkpoint: PreparationRequest['checkpoint'],
  { checkout }: CheckoutLayout,
  cwd: string,
): string[] {
  if (checkpoint === undefined) return [];
  const path = relative(cwd, join(checkout, checkpoint.path)).split(sep).join('/');
  return checkpoint.resume.map(word => word.replaceAll('{checkpoint}', path));
}

async function namesOf(...roots: string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const root of roots) {
    names.add(root);
    names.add(await realpath(root).catch(() => root));
  }
  return [...names];
}

/** Git holds no empty folders: those that the run wrote into must be there again. */
function outputFolders(plan: Plan, original: RunDetails, layout: CheckoutLayout): string[] {
  const paths = [...(original.result?.outputs ?? []).map(output => output.path), ...plan.declaredOutputs];
  return paths.flatMap(path => {
    // To DVC a folder of that name is a repository that was made already.
    if (dirname(path).split('/').includes('.dvc')) return [];
    const place = isAbsolute(path) ? layout.nearby(path) : join(layout.checkout, path);
    return place === undefined ? [] : [dirname(place)];
  });
}

/** Behind links of the code that lead out, folders are the program's to make. */
async function makeFolders({ base }: CheckoutLayout, folders: readonly string[]): Promise<void> {
  for (const folder of new Set(folders))
    if (!(await leadsOut(base, join(folder, 'output')))) await folderInCheckout(base, folder);
}

function absolute(path: string, root: string): string {
  return isAbsolute(path) ? path : join(root, path);
}
