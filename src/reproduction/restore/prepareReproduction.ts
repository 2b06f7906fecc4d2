/**
 * Makes the surroundings in which a recorded run happens once more: its code in a private checkout, its interpreter,
 * its command and variables with every path into the workspace turned into the checkout, and the data it read.
 */
import { existsSync } from 'node:fs';
import { appendFile, lstat, mkdir, realpath, stat, symlink } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { captureVariables } from '../../execution/capture/variables.ts';
import { interpreterIn } from '../../environments/python/pythonEnvironment.ts';
import { ownEnvironments } from '../../execution/python/projectInterpreter.ts';
import { pythonCommand } from '../../execution/python/pythonCommand.ts';
import type { PythonCommand } from '../../execution/python/pythonCommand.ts';
import { readCommandWords } from '../../execution/capture/commandWords.ts';
import { describeGaps } from '../../git/gaps.ts';
import { createPrivateCheckout } from '../../git/privateCheckout.ts';
import { knownValue } from '../../runs/known.ts';
import type { Known } from '../../runs/known.ts';
import type { Code, Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import {
  codeUnknown,
  inputsMissing,
  interpreterMissing,
  planMissing,
  recordLeavesRepository,
  writesOutside,
} from '../errors.ts';
import { offerInputs } from './offerInputs.ts';
import { offerLeftOut } from './offerLeftOut.ts';
import { offerPinned } from './offerPinned.ts';
import { isInside, relocatePaths } from './relocatePaths.ts';
import type { Relocation } from './relocatePaths.ts';
import type { RebuiltEnvironment } from './rebuiltEnvironment.ts';
import { outsideOutputs } from './outsideOutputs.ts';

export interface PreparationRequest {
  readonly original: RunDetails;
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
  /** The environment made once more, where the run is to execute in it. Called with the checkout, when that is there. */
  readonly rebuild?: ((checkout: string) => Promise<RebuiltEnvironment>) | undefined;
  readonly signal: AbortSignal;
}

export interface Preparation {
  readonly root: string;
  readonly cwd: string;
  readonly argv: readonly string[];
  /** Set over the environment; undefined removes. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly code: Known<Code>;
  /** Reasons why the verdict cannot be `identical`. */
  readonly caps: readonly string[];
  /** Environment folders: modules from there are no escape. Absolute. */
  readonly environmentFolders: readonly string[];
  /** Set where the environment was made once more. */
  readonly rebuilt?: RebuiltEnvironment;
}

/**
 * Rejects with `plan-missing`, `code-unknown`, `interpreter-missing`, `input-missing`, `writes-outside`, with what
 * createPrivateCheckout rejects with, or when aborted.
 */
export async function prepareReproduction(request: PreparationRequest): Promise<Preparation> {
  const { original, workspace, layout, signal } = request;
  const { plan } = original;
  if (plan === undefined) throw planMissing(original.id, original.problems[0]);
  const code = knownValue(plan.code);
  if (code === undefined)
    throw codeUnknown(
      plan.id,
      plan.code.known === 'unknown' ? plan.code.reason : 'the record is incomplete.',
    );
  requireInside(original, plan);
  const recordedFolders = await foldersOfEnvironment(plan, request.rebuild !== undefined);
  const outside = outsideOutputs(original, request.argv);
  if (outside.fixed.length > 0 && !request.allowOutsideWrites) throw writesOutside(outside.fixed);

  const { missing } = await createPrivateCheckout({ root: workspace, code, target: layout.checkout, signal });
  const rebuilt = await request.rebuild?.(layout.checkout);
  const environmentFolders = rebuilt === undefined ? recordedFolders : [rebuilt.folder];
  await linkEnvironments(recordedFolders, [plan.root, workspace], layout.checkout, rebuilt?.folder);
  const outputs = original.result?.outputs ?? [];
  const leftOut = await offerLeftOut({
    ...{ code, captured: original.captured, lacking: missing },
    ...{ outputs, workspace, layout, signal },
  });
  const inputs = (original.captured?.inputs ?? []).filter(
    input =>
      input.inSnapshot !== true &&
      !leftOut.paths.has(input.path) &&
      ![...recordedFolders, ...environmentFolders].some(folder =>
        isInside(absolute(input.path, plan.root), folder),
      ),
  );
  const { environment, inputs: instead = {} } = request;
  const pinned = await offerPinned({
    ...{ outputs, workspace, layout, environment, signal },
    inputs: inputs.filter(input => !Object.hasOwn(instead, input.path)),
    // To whom read-only means nothing.
    byRoot: plan.environment.container !== undefined,
  });
  const offered = await offerInputs({
    inputs: inputs.filter(input => !pinned.offered.has(input.path)),
    outputs,
    workspace,
    instead,
    layout,
    redirect: outside.redirect,
    signal,
  });
  const read = new Set((original.captured?.inputs ?? []).map(input => input.path));
  const gone = [...offered.missing, ...leftOut.missing.filter(path => read.has(path))];
  if (gone.length > 0) throw inputsMissing(gone);

  const relocation: Relocation = {
    from: await namesOf(plan.root, workspace),
    to: layout.checkout,
    kept: [...recordedFolders, ...environmentFolders],
  };
  const move = (word: string): string =>
    outside.redirect.reduce(
      (moved, path) => relocatePaths(moved, { from: [path], to: layout.redirected(path), kept: [] }),
      relocatePaths(word, relocation),
    );
  const cwd = join(layout.checkout, plan.cwd);
  await makeFolders([
    cwd,
    ...outside.redirect.map(path => dirname(layout.redirected(path))),
    ...outputFolders(plan, original, layout),
  ]);
  const variables = variablesOf(plan, request, move, original, rebuilt === undefined);
  const managed = managedCommand(request, plan, rebuilt, recordedFolders, variables);
  const argv = (managed?.argv ?? withRecordedInterpreter(request.argv, plan, environmentFolders)).map(move);
  return {
    root: layout.checkout,
    cwd,
    argv,
    variables: { ...variables, ...managed?.variables },
    code: leftOut.code,
    caps: [
      ...(rebuilt === undefined ? [] : ['the environment was rebuilt from the captured list']),
      // A reproduction's own record may lack more than its gaps say: a submodule that was gone.
      ...(plan.code.known === 'declared' && describeGaps(code.gaps) === undefined
        ? [`inexact snapshot${plan.code.reason === undefined ? '' : ` (${plan.code.reason})`}`]
        : []),
      ...leftOut.caps,
      ...offered.changed.map(path => `input ${path} has changed since`),
      ...[...pinned.unverified, ...offered.unverified].map(path => `unverified input ${path}`),
    ],
    environmentFolders,
    ...(rebuilt === undefined ? {} : { rebuilt }),
  };
}

/**
 * Prefixes of the interpreter, and every folder above it that is a virtual environment. Throws `interpreter-missing`,
 * unless it may be gone.
 */
async function foldersOfEnvironment(plan: Plan, mayBeGone: boolean): Promise<string[]> {
  const interpreter = knownValue(plan.interpreter);
  if (interpreter === undefined) return [];
  if (plan.environment.container !== undefined) return mountedEnvironment(plan, interpreter.prefix);
  if (!mayBeGone && !(await exists(interpreter.path)))
    throw interpreterMissing(interpreter.path, interpreter.version);
  const folders = new Set<string>();
  if (interpreter.prefix !== undefined) folders.add(interpreter.prefix);
  const prefix = dirname(dirname(interpreter.path));
  if (await exists(join(prefix, 'pyvenv.cfg'))) folders.add(prefix);
  return [...folders];
}

/** In the environment made once more, or in the managed one that the run had. */
function managedCommand(
  { argv, environment }: PreparationRequest,
  plan: Plan,
  rebuilt: RebuiltEnvironment | undefined,
  recordedFolders: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): PythonCommand | undefined {
  const recorded = plan.environment.kind === 'python' ? plan.environment.python : undefined;
  const folder = rebuilt?.folder ?? recorded?.folder;
  if (folder === undefined) return undefined;
  return pythonCommand({
    argv,
    cwd: join(plan.root, plan.cwd),
    variables: { ...environment, ...variables },
    python: { folder, interpreter: rebuilt?.interpreter ?? recorded?.interpreter ?? interpreterIn(folder) },
    instead: [
      ...recordedFolders.filter(isManagedFolder),
      ...(recorded === undefined ? [] : ownEnvironments(plan.root)),
    ],
  });
}

/** A virtual or conda environment, perhaps gone; never a folder of the system. */
function isManagedFolder(folder: string): boolean {
  return !existsSync(folder) || ['pyvenv.cfg', 'conda-meta'].some(name => existsSync(join(folder, name)));
}

/** Of an interpreter in a container: where its environment is kept on this machine, if it is not part of the image. */
async function mountedEnvironment(plan: Plan, prefix: string | undefined): Promise<string[]> {
  const { workspaceFolder } = plan.environment.container ?? {};
  if (prefix === undefined || !workspaceFolder || !isInside(prefix, workspaceFolder)) return [];
  const folder = join(plan.root, relative(workspaceFolder, prefix));
  return (await exists(folder)) ? [folder] : [];
}

/** Scripts that name `.venv` themselves find it; git does not see the link. */
async function linkEnvironments(
  folders: readonly string[],
  roots: readonly string[],
  checkout: string,
  instead: string | undefined,
): Promise<void> {
  for (const folder of folders) {
    const root = roots.find(one => isInside(folder, one) && folder !== one);
    if (root === undefined) continue;
    const place = relative(root, folder);
    const target = join(checkout, place);
    if (await exists(target)) continue;
    await mkdir(dirname(target), { recursive: true });
    await symlink(instead ?? folder, target, process.platform === 'win32' ? 'junction' : 'dir');
    await appendFile(join(checkout, '.git', 'info', 'exclude'), `/${place.split(sep).join('/')}\n`).catch(
      () => undefined,
    );
  }
}

async function namesOf(...roots: string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const root of roots) {
    names.add(root);
    names.add(await realpath(root).catch(() => root));
  }
  return [...names];
}

/** Python by the recorded path, whatever `python` means on PATH today. */
function withRecordedInterpreter(
  argv: readonly string[],
  plan: Plan,
  environmentFolders: readonly string[],
): string[] {
  const interpreter = knownValue(plan.interpreter);
  const words = readCommandWords(argv);
  const at = words.interpreter;
  return argv.map((word, index) => {
    if (index === at && interpreter !== undefined && words.launchers.length === 0) return interpreter.path;
    // A program of the environment by a relative path: .venv/bin/torchrun.
    if (index !== 0 || isAbsolute(word) || !word.includes('/')) return word;
    const program = resolve(plan.root, plan.cwd, word);
    return environmentFolders.some(folder => isInside(program, folder)) ? program : word;
  });
}

function variablesOf(
  plan: Plan,
  { environment, layout }: PreparationRequest,
  move: (word: string) => string,
  original: RunDetails,
  asRecorded: boolean,
): Record<string, string | undefined> {
  const variables: Record<string, string | undefined> = {};
  // What decides numbers and was not set then must not be set now.
  for (const [name, variable] of Object.entries(captureVariables(environment, Buffer.alloc(32))))
    if ('value' in variable && plan.variables[name] === undefined) variables[name] = undefined;
  for (const [name, variable] of Object.entries(plan.variables))
    if ('value' in variable && typeof variable.value === 'string') variables[name] = move(variable.value);
  variables['PYTHONPATH'] = pythonPath(variables['PYTHONPATH'], original, move, layout);
  variables['PWD'] = join(layout.checkout, plan.cwd);
  const interpreter = plan.environment.container === undefined ? knownValue(plan.interpreter) : undefined;
  if (
    asRecorded &&
    interpreter !== undefined &&
    existsSync(join(dirname(dirname(interpreter.path)), 'pyvenv.cfg'))
  ) {
    // Programs that the script starts by name (`python`, `torchrun`) come from the recorded environment, too.
    const folder = dirname(interpreter.path);
    const path = (environment['PATH'] ?? '').split(delimiter).filter(part => part !== '' && part !== folder);
    variables['PATH'] = [folder, ...path].join(delimiter);
  }
  return variables;
}

/**
 * Editable installs lead back into the workspace; the checkout's own folders go before them. Ours (the hook's folder)
 * is added anew by the supervisor.
 */
function pythonPath(
  recorded: string | undefined,
  original: RunDetails,
  move: (word: string) => string,
  layout: CheckoutLayout,
): string | undefined {
  const parts = (recorded ?? '').split(delimiter).filter(part => !part.endsWith(`${sep}pythonHook`));
  const editable = (original.captured?.editable ?? [])
    .map(one => one.location)
    .filter(location => location !== undefined)
    .map(move)
    .filter(location => isInside(location, layout.checkout));
  const all = [
    ...parts.filter(part => part !== ''),
    ...editable.filter(location => !parts.includes(location)),
  ];
  return all.length === 0 ? undefined : all.join(delimiter);
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

/** Relative paths of a record lead nowhere but into the repository: records travel, and one may be made to do harm. */
function requireInside({ captured, result }: RunDetails, plan: Plan): void {
  const root = resolve(plan.root);
  if (root !== plan.root) throw recordLeavesRepository(plan.root);
  const paths = [
    plan.cwd,
    ...plan.declaredOutputs,
    ...(captured?.inputs ?? []).map(input => input.path),
    ...(result?.outputs ?? []).map(output => output.path),
  ];
  for (const path of paths)
    if (!isAbsolute(path) && !isInside(join(root, path), root)) throw recordLeavesRepository(path);
}

async function makeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of new Set(folders))
    if (!(await stat(folder).catch(() => undefined))) await mkdir(folder, { recursive: true });
}

function absolute(path: string, root: string): string {
  return isAbsolute(path) ? path : join(root, path);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
