/** Which files of the code differ between two runs, and which of them hold parameters. */
import { compareTrees } from '../../git/compareTrees.ts';
import { LockstepError } from '../../base/lockstepError.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';

export interface ChangedCode {
  /** Snapshots: what is set back are files of the first. */
  readonly original: string;
  readonly now: string;
  /** Relative to the root, every path of a renamed file. Empty where `problem` says why. */
  readonly files: readonly ChangedCodeFile[];
  readonly problem?: string;
}

export interface ChangedCodeFile {
  readonly paths: readonly string[];
  readonly name: string;
  /** What stands in the other run and in the original: short ids, or `(absent)`. */
  readonly versions: readonly [now: string, original: string];
}

export interface ChangedCodeTask {
  readonly root: string;
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
  /** One of the two came from somebody else: a yes to what each runs by itself is none to a mixture of both. */
  readonly foreign: boolean;
}

/** Undefined where both have the same code, or that is not known. */
export async function changedCode(
  original: Plan,
  other: Plan,
  { foreign, ...task }: ChangedCodeTask,
): Promise<ChangedCode | undefined> {
  const [before, after] = [knownValue(original.code), knownValue(other.code)];
  if (before === undefined || after === undefined || before.tree === after.tree) return undefined;
  const trees = { original: before.tree, now: after.tree };
  if (foreign)
    return { ...trees, files: [], problem: 'code of somebody else is not mixed with that of another run' };
  try {
    const changed = await compareTrees({ ...task, from: after.tree, to: before.tree });
    // A submodule has a store of its own.
    const files = changed.filter(({ oldMode, newMode }) => oldMode !== gitlink && newMode !== gitlink);
    if (files.length === 0) return { ...trees, files: [], problem: 'only submodules differ' };
    return {
      ...trees,
      files: files.map(({ path, oldPath, oldMode, newMode, oldId, newId }) => ({
        paths: oldPath === undefined ? [path] : [oldPath, path],
        name: path,
        versions: [
          oldPath === undefined ? versionOf(oldMode, oldId) : `as ${oldPath}`,
          versionOf(newMode, newId),
        ],
      })),
    };
  } catch (error) {
    task.signal.throwIfAborted();
    if (!(error instanceof LockstepError)) throw error;
    return { ...trees, files: [], problem: 'the snapshot of one of the two is not here' };
  }
}

const gitlink = '160000';

function versionOf(mode: string, id: string): string {
  return /^0+$/.test(mode) ? '(absent)' : id.slice(0, 7);
}

/** `params.yaml`, `conf/model/large.yaml`: settings of a training rather than its code. */
export function holdsParameters({ paths }: ChangedCodeFile): boolean {
  return paths.every(path => parameterFile.test(path));
}

const parameterFile =
  /(^|\/)(?:[\w.-]*(?:params|config|hparams|settings|args)[\w.-]*\.(?:ya?ml|json|toml|ini|cfg)$|(?:conf|configs?|params|hparams)\/(?:[^/]+\/)*[^/]+\.(?:ya?ml|json|toml|ini|cfg)$)/i;
