/** What a run wrote outside its repository, and whether its command can be told to write elsewhere. */
import { lstat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join, parse, resolve } from 'node:path';
import { namesInRoot } from '../../execution/capture/nameInRoot.ts';
import type { FileUse } from '../../runs/captured.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { isCountedOutput } from '../comparison/compareOutputs.ts';
import type { VolatilePatterns } from '../comparison/volatileNames.ts';
import { fileNow, type ReadingBudget } from '../forecast/fileNow.ts';
import { isInside, relocatePaths } from './relocatePaths.ts';
import { wasWritten } from '../../runs/wasWritten.ts';

export interface OutsideOutputs {
  /** Absolute paths that stand in the command: files that the run wrote, or folders above them. */
  readonly redirect: readonly string[];
  /** Files that a reproduction would write over. */
  readonly fixed: readonly string[];
}

export interface OutsideQuestion {
  readonly volatile?: VolatilePatterns | undefined;
  /** What is too large to be read is taken for what was recorded where its size is the same. */
  readonly budget: ReadingBudget;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects only when aborted. */
export async function outsideOutputs(
  { plan, result }: RunDetails,
  argv: readonly string[],
  question: OutsideQuestion,
): Promise<OutsideOutputs> {
  const redirect = new Set<string>();
  const fixed: string[] = [];
  if (plan === undefined) return { redirect: [], fixed };
  const cwd = join(plan.root, plan.cwd);
  const inRoot = namesInRoot(plan.root);
  for (const output of result?.outputs ?? []) {
    if (!isAbsolute(output.path) || isInside(inRoot(output.path), plan.root) || !wasWritten(output)) continue;
    // The program names it after its run: a reproduction is another one.
    if (output.path.includes(plan.id)) continue;
    const named = redirectedBy(argv, output.path);
    if (named !== undefined) redirect.add(named);
    else if (
      !argv.some(word => namesRelatively(word, output.path, cwd)) &&
      (await isThere(output.path)) &&
      // Programs use these places as they please: kept is what the run left there as a result.
      (!isScratch(output.path) ||
        (!isCache(output.path) &&
          !isOfLibraries(output.path) &&
          isCountedOutput(output, plan.declaredOutputs, question.volatile) &&
          (await isAsRecorded(output, question))))
    )
      fixed.push(output.path);
  }
  return { redirect: [...redirect], fixed };
}

/** The file, or a folder above it, that a word of the command names. */
export function redirectedBy(argv: readonly string[], output: string): string | undefined {
  return foldersUpFrom(output).find(path => argv.some(word => names(word, path)));
}

/** Where no hash was recorded size and time decide. */
async function isAsRecorded(output: FileUse, { budget, signal }: OutsideQuestion): Promise<boolean> {
  const { size, modifiedAt } = output;
  const found = await lstat(output.path).catch(() => undefined);
  if (found === undefined) return false;
  if (output.sha256 === undefined)
    return (
      (size === undefined || found.size === size) &&
      modifiedAt !== undefined &&
      Math.abs(found.mtimeMs - modifiedAt) < 1
    );
  const { state } = await fileNow(output.path, output, budget, signal);
  return state !== 'changed' && state !== 'missing';
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** The path and the folders above it, short of the root of the file system and its children. */
function foldersUpFrom(path: string): string[] {
  const { root } = parse(path);
  const folders: string[] = [];
  for (let folder = path; dirname(folder) !== root && folder !== root; folder = dirname(folder))
    folders.push(folder);
  return folders;
}

function names(word: string, path: string): boolean {
  return word.includes(path) && relocatePaths(word, { from: [path], to: '\0', kept: [] }) !== word;
}

/** `../out`: the layout of the checkout gives it a place of its own. */
function namesRelatively(word: string, path: string, cwd: string): boolean {
  const value = word.replace(/^-{0,2}[\w.-]*=/, '');
  return value.startsWith('..') && isInside(path, resolve(cwd, value));
}

/** What libraries download or settle once: they find it there, and write nothing again. */
function isCache(path: string): boolean {
  const home = homedir();
  return ['.cache', '.config', '.keras', '.torch'].some(name => isInside(path, join(home, name)));
}

/** In places for scratch files: names that are drawn anew each time (Python's tempfile), and what libraries keep there for themselves. */
function isOfLibraries(path: string): boolean {
  return path.split(/[/\\]/).some(name => ofLibraries.test(name));
}

const ofLibraries =
  /^(?:tmp[a-z0-9_]{8}$|pymp-|torchinductor_|torchelastic_|torch_extensions|triton|numba|ray$|loky-|joblib_|matplotlib-|\.?tensorboard|wandb|\.matplotlib|\.keras|\.ipython|\.nv$)/;

/** Places that programs use as they please and where results are seldom kept. */
function isScratch(path: string): boolean {
  const home = homedir();
  return (
    isInside(path, tmpdir()) ||
    ['/tmp', '/var/tmp', '/dev', '/proc', '/run'].some(folder => isInside(path, folder)) ||
    (isInside(path, home) && path.slice(home.length + 1).startsWith('.'))
  );
}
