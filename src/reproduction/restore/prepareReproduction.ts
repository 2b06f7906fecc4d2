/**
 * Makes the surroundings in which a recorded run happens once more: its code in a private checkout, its interpreter,
 * its command and variables with every path into the workspace turned into the checkout, and the data it read.
 */
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { LockstepError } from '../../base/lockstepError.ts';
import { isMarkedHere } from '../../execution/capture/markPlan.ts';
import { describeGaps } from '../../git/gaps.ts';
import type { WriteProtection } from '../../execution/readOnly/writeProtection.ts';
import { createPrivateCheckout } from '../../git/privateCheckout.ts';
import type { PrivateCheckout } from '../../git/privateCheckout.ts';
import { knownValue } from '../../runs/known.ts';
import type { Known } from '../../runs/known.ts';
import type { Code, Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { codeUnknown, planMissing } from '../errors.ts';
import { writesOutside } from './errors.ts';
import type { VolatilePatterns } from '../comparison/volatileNames.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { foldersOfEnvironment, linkEnvironments } from './environmentFolders.ts';
import { freePorts, withPorts } from './freePorts.ts';
import type { FreedPorts } from './freePorts.ts';
import { haveSnapshot } from './haveSnapshot.ts';
import type { FetchSharedSnapshot } from './haveSnapshot.ts';
import { keptLinks } from './keptLinks.ts';
import { makeFolders } from './makeFolders.ts';
import { offerData } from './offerData.ts';
import { outsideOutputs } from './outsideOutputs.ts';
import { placesOfMoved } from './placesOfMoved.ts';
import { placeCheckpoint } from './placeCheckpoint.ts';
import { folderInCheckout } from './placeInCheckout.ts';
import type { VerifiedInput } from './recheckInputs.ts';
import { isInside, relocatePaths } from './relocatePaths.ts';
import type { Relocation } from './relocatePaths.ts';
import { managedCommand, withRecordedInterpreter } from './reproducedCommand.ts';
import { movedVariables, reproducedVariables } from './reproducedVariables.ts';
import { requireInside } from './requireInside.ts';
import { wordsOf, workspaceNames } from './workspaceNames.ts';
import { takeInLinks } from './takeInLinks.ts';
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
  /** Patterns of outputs that do not count. */
  readonly volatile?: VolatilePatterns | undefined;
  /** Recorded inputs whose content is taken from another file: path as recorded → absolute path. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  /** Recorded inputs that a person lets somebody else's program read though they are not the recorded ones. */
  readonly give?: readonly string[] | undefined;
  /** Recorded inputs that it goes on without, where they are gone. */
  readonly without?: readonly string[] | undefined;
  /** A tree in place of the recorded one: the code of a trial. */
  readonly tree?: string | undefined;
  /** Has the environment ready. Called with the checkout, when that is there. */
  readonly takeRoute: (checkout: string) => Promise<TakenRoute>;
  /** An output of the original to go on from, and the words that tell the program. */
  readonly checkpoint?: { readonly path: string; readonly resume: readonly string[] } | undefined;
  /** What keeps the command from writing, should it run on this machine. */
  readonly protecting: Promise<WriteProtection | undefined>;
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
  /** Variables that led into the workspace and lead into the checkout, with the values that they had. */
  readonly moved: Readonly<Record<string, string>>;
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
 * Rejects with `plan-missing`, `code-unknown`, `snapshot-gone`, `input-missing`, `input-withheld`, `writes-outside`, `path-leaves-checkout`, with what
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
  const outside = await outsideOutputs(original, request.argv, {
    ...{ volatile: request.volatile, budget: { left: Infinity }, signal },
  });
  if (outside.fixed.length > 0 && !request.allowOutsideWrites) throw writesOutside(outside.fixed);

  const { missing } = await checkoutOf(code, request);
  await takeInLinks(layout, [
    ...(original.result?.outputs ?? []).map(({ path }) => path),
    ...plan.declaredOutputs,
  ]);
  const taken = await request.takeRoute(layout.checkout);
  const { rebuilt } = taken;
  // What ran in a container has its paths on the host nowhere but there.
  const elsewhere = plan.environment.container !== undefined && !taken.inContainer;
  const recordedFolders = await foldersOfEnvironment(
    plan,
    original.captured,
    rebuilt !== undefined || elsewhere,
  );
  const environmentFolders = rebuilt === undefined ? recordedFolders : [rebuilt.folder];
  await linkEnvironments(recordedFolders, [plan.root, workspace], layout, rebuilt?.folder);
  const folders = [...recordedFolders, ...environmentFolders];
  const data = await offerData(request, plan, code, {
    ...{ missing, folders, redirect: outside.redirect },
    // Outside of a container it can read everything anyway, which a person was told.
    provenOnly: taken.inContainer && !(await isMarkedHere(request.store, plan)),
    mayLink: keptLinks(taken.inContainer ? 'container' : await request.protecting),
  });
  const { checkpoint } = request;
  if (checkpoint !== undefined)
    await placeCheckpoint({
      ...{ original, workspace, layout, environment, signal, checkpoint: checkpoint.path },
    });

  const workspaceFolder = elsewhere ? plan.environment.container?.workspaceFolder : undefined;
  const relocation: Relocation = {
    from: [
      ...workspaceNames([plan.root, workspace], wordsOf(plan, environment, request.argv)),
      ...(workspaceFolder ? [workspaceFolder] : []),
    ],
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
  const moved = movedVariables(environment, move);
  const lacking = await placesOfMoved(Object.keys(moved), request, move);
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
    moved: Object.fromEntries(Object.keys(moved).map(name => [name, environment[name] ?? ''])),
    code: data.code,
    caps: [
      ...taken.caps,
      // A reproduction's own record may lack more than its gaps say: a submodule that was gone.
      ...(plan.code.known === 'declared' && describeGaps(code.gaps) === undefined
        ? [`inexact snapshot${plan.code.reason === undefined ? '' : ` (${plan.code.reason})`}`]
        : []),
      ...data.caps,
      ...lacking,
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

/** In a container with a network of its own all ports are free. */
async function portsFor(
  { argv, environment, portClaims, layout, store }: PreparationRequest,
  plan: Plan,
  { inContainer }: TakenRoute,
  variables: Preparation['variables'],
): Promise<FreedPorts> {
  if (inContainer && plan.environment.container?.network !== 'host')
    return { variables: {}, moved: new Map() };
  return freePorts({
    ...{ argv, variables: { ...environment, ...variables }, claims: portClaims },
    claimant: { id: basename(layout.base), store },
  });
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

/** Git holds no empty folders: those that the run wrote into, and that were there before it, must be there again. */
function outputFolders(plan: Plan, original: RunDetails, layout: CheckoutLayout): string[] {
  const paths = [...(original.result?.outputs ?? []).map(output => output.path), ...plan.declaredOutputs];
  const made = original.result?.madeFolders ?? [];
  return paths.flatMap(path => {
    const own = made.find(folder => isInside(path, folder));
    const folder = dirname(own ?? path);
    // To DVC a folder of that name is a repository that was made already.
    if (folder.split('/').includes('.dvc')) return [];
    const place = isAbsolute(folder) ? layout.nearby(folder) : join(layout.checkout, folder);
    return place === undefined ? [] : [place];
  });
}
