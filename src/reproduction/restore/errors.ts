/** Why what a run was made of cannot be restored here, and what would help. */
import { LockstepError } from '../../base/lockstepError.ts';
import { formatCommand } from '../../base/runCommand.ts';
import type { Code, PinnedPath, SubmoduleSnapshot } from '../../runs/plan.ts';
import { sizeWords } from '../forecast/forecastWords.ts';

/** @param needs What is needed, as `about 2.1 MB`. @param free Bytes that the disk of `folder` has left. */
export function cacheFull(folder: string, needs: string, free?: number, cause?: unknown): LockstepError {
  return new LockstepError({
    code: 'disk-full',
    message: `The disk of ${folder} has no room for the reproduction: it needs ${needs}${free === undefined ? '' : `, and ${sizeWords(free)} are free`}.`,
    mend: 'Free some space, or set XDG_CACHE_HOME to a folder of a larger disk, and try again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

export function portInUse(port: number, run: string): LockstepError {
  return new LockstepError({
    code: 'port-in-use',
    message: `Port ${port}, which the command listens at, is in use by run ${short(run)}.`,
    mend: `Start one after the other: wait for it (lockstep logs ${short(run)} --follow), or end it (lockstep cancel ${short(run)}).`,
  });
}

/** Parts of the code, each with the reason why it cannot be restored. */
export function codeMissing(
  id: string,
  parts: readonly { readonly path: string; readonly reason: string; readonly mend?: string | undefined }[],
): LockstepError {
  const shown = parts.slice(0, 3).map(({ path, reason }) => `${path} could not be restored (${reason})`);
  const more = parts.length > 3 ? ` and ${parts.length - 3} more` : '';
  const words = ['reproduce', short(id), ...parts.slice(0, 5).flatMap(({ path }) => ['--without', path])];
  const [mend] = parts.flatMap(one => one.mend ?? []);
  return new LockstepError({
    code: 'code-missing',
    message: `A part of the run's code is gone: ${shown.join(', ')}${more}.`,
    mend: `${mend ?? 'Put it back where it was.'} Or go on without, after which the verdict is inconclusive at best: ${formatCommand('lockstep', words)}`,
  });
}

/** How a submodule that is gone can be had again. */
export function submoduleMend({ path, url, gitDir, tree, headTree }: SubmoduleSnapshot): string {
  const clean = headTree !== undefined && tree === headTree;
  if (clean && url !== undefined)
    return `Get it again: ${formatCommand('git', ['submodule', 'update', '--init', path])}.`;
  const kept = gitDir === undefined ? 'in its repository' : `in ${gitDir} of the git folder`;
  return clean
    ? `Put its repository back, which was kept ${kept}.`
    : `Its uncommitted files were kept ${kept} alone: put that back, or take the run from where it was shared.`;
}

export function packagesUnknown(runId: string): LockstepError {
  return new LockstepError({
    code: 'packages-unknown',
    message: `Run ${runId} has no captured list of packages, so its environment cannot be made once more.`,
    mend: 'Reproduce it on the host: lockstep reproduce --env host …',
  });
}

export function interpreterMissing(path: string, version: string | undefined): LockstepError {
  return new LockstepError({
    code: 'interpreter-missing',
    message: `The run used the interpreter ${path}${version === undefined ? '' : ` (Python ${version})`}, which is gone.`,
    mend: path.includes('venv')
      ? 'Have its environment made once more from the captured list: lockstep reproduce --env python …'
      : `Install Python${version === undefined ? '' : ` ${version}`} in the same place again.`,
  });
}

/** `reasons` as the remotes gave them. */
export function snapshotGone(id: string, code: Code, reasons: readonly string[]): LockstepError {
  const commit = code.head === undefined ? '' : ` of commit ${code.head.slice(0, 7)}`;
  const changed =
    code.changedCount === 0
      ? ''
      : ` with ${code.changedCount} changed ${code.changedCount === 1 ? 'file' : 'files'}`;
  const said = reasons.length === 0 ? '' : ` (${reasons.slice(0, 3).join('; ')})`;
  return new LockstepError({
    code: 'snapshot-gone',
    message: `The code of run ${short(id)}, a snapshot${commit}${changed}, is not on this machine and could not be fetched${said}.`,
    mend: `Who has it can share it: lockstep share push ${short(id)}`,
  });
}

export function imageNotRebuilt(why: string): LockstepError {
  return new LockstepError({
    code: 'image-not-rebuilt',
    message: `The image of the run is gone, and could not be built once more from its devcontainer: ${why}.`,
    mend: 'Bring the image back (docker load, docker pull). Or say where else: --env python, --env host.',
  });
}

export function checkpointUnknown(id: string, checkpoint: string): LockstepError {
  return new LockstepError({
    code: 'checkpoint-unknown',
    kind: 'usage',
    message: `Run ${short(id)} has no output ${checkpoint} with a recorded hash, so it cannot be resumed from there.`,
    mend: `See its outputs: lockstep show ${short(id)}`,
  });
}

export function checkpointGone(path: string): LockstepError {
  return new LockstepError({
    code: 'checkpoint-gone',
    message: `The checkpoint ${path} is neither in the workspace as the run wrote it nor in the data cache.`,
    mend: 'Bring it back (lockstep data pull), choose another one, or reproduce from the start.',
  });
}

/**
 * @param pins Of the run's code: what one of them names comes from a cache or a remote, not from a folder.
 * @param writers Of files that another run wrote: its id.
 */
export function inputsMissing(
  paths: readonly string[],
  pins: readonly PinnedPath[] = [],
  writers: ReadonlyMap<string, string> = new Map(),
  since: ReadonlySet<string> = new Set(),
): LockstepError {
  const holding = pins.filter(({ path: pinned }) =>
    paths.some(path => path === pinned || path.startsWith(`${pinned}/`) || pinned.startsWith(`${path}/`)),
  );
  if (holding.length > 0) return pinnedMissing(paths, holding);
  const shown = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ` and ${paths.length - 5} more` : '');
  return new LockstepError({
    code: 'input-missing',
    message: `The run read ${shown}, which ${paths.length === 1 ? 'is' : 'are'} neither part of its code nor here any more.`,
    mend: `${since.size > 0 ? `${checkedOut([...since])} Then try again.` : 'Put the files back where they were and try again.'}${againBy(paths, writers)} Or go on without, after which the verdict is inconclusive at best: ${formatCommand('lockstep', ['reproduce', ...paths.slice(0, 5).flatMap(path => ['--without', path])])} …`,
  });
}

/** How inputs are had again that were pinned after the run: its own code knows no pin of them. */
export function checkedOut(paths: readonly string[]): string {
  return `Bring back what was pinned since: ${formatCommand('lockstep', ['data', 'checkout', ...paths.slice(0, 5)])}.`;
}

/** The first stage that can be run again; empty where none is known. */
function againBy(paths: readonly string[], writers: ReadonlyMap<string, string>): string {
  const [first] = paths.flatMap(path => {
    const id = writers.get(path);
    return id === undefined ? [] : [{ path, id }];
  });
  return first === undefined ? '' : ` ${madeAgain(first.path, first.id)}`;
}

/** How an input is had again that run `id` wrote. */
export function madeAgain(path: string, id: string): string {
  return `Run ${short(id)} wrote ${path}: ${formatCommand('lockstep', ['reproduce', short(id), '--keep'])} makes it again, in a checkout that stays.`;
}

function pinnedMissing(paths: readonly string[], pins: readonly PinnedPath[]): LockstepError {
  const shown = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ` and ${paths.length - 5} more` : '');
  const files = [...new Set(pins.map(({ path, pinFile }) => pinFile ?? `${path}.dvc`))];
  const by = files.slice(0, 3).join(', ') + (files.length > 3 ? ` and ${files.length - 3} more` : '');
  return new LockstepError({
    code: 'input-missing',
    message: `The run read ${shown}, pinned by ${by}: neither the cache nor a remote has what was recorded.`,
    mend: `On a machine that has it: lockstep data push ${pins
      .slice(0, 3)
      .map(({ path }) => path)
      .join(' ')}. Then try again here.`,
  });
}

/** Read, and written over: the file of that name is another one. */
export function inputsOverwritten(
  inputs: readonly { readonly path: string; readonly sha256?: string | undefined }[],
): LockstepError {
  const paths = inputs.map(({ path }) => path);
  const shown = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ` and ${paths.length - 5} more` : '');
  const they = paths.length === 1 ? 'it was' : 'they were';
  const [known] = inputs.filter(({ sha256 }) => sha256 !== undefined);
  const back =
    known?.sha256 === undefined
      ? ''
      : `Put a copy of what ${known.path} held (sha256 ${known.sha256.slice(0, 12)}…) beside it, under any name, or go on without: `;
  return new LockstepError({
    code: 'input-overwritten',
    message: `The run read ${shown}, and then ${they} written over: what it read is gone.`,
    mend: `${back === '' ? 'Go on without: ' : back}${formatCommand('lockstep', ['reproduce', ...paths.slice(0, 5).flatMap(path => ['--without', path])])} …`,
  });
}

/** They are here, and stay here: the program is somebody else's. */
export function inputsWithheld(
  id: string,
  inputs: readonly { readonly path: string; readonly why: 'changed' | 'unverified' }[],
): LockstepError {
  const shown = inputs
    .slice(0, 5)
    .map(({ path, why }) =>
      why === 'changed'
        ? `${path} differs from the recorded one`
        : `what ${path} held is not in the record, so nothing proves that it is the same`,
    );
  const more = inputs.length > 5 ? [`and ${inputs.length - 5} more`] : [];
  const paths = inputs.slice(0, 5).flatMap(({ path }) => ['--give', path]);
  return new LockstepError({
    code: 'input-withheld',
    message: `Not given to a program of somebody else: ${[...shown, ...more].join('; ')}.`,
    mend: `Put what the run read in its place. Or let it read what is there, after which the verdict is within-tolerance at best: ${formatCommand('lockstep', ['reproduce', short(id), ...paths])}`,
  });
}

export function writesOutside(paths: readonly string[]): LockstepError {
  const shown = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ` and ${paths.length - 5} more` : '');
  return new LockstepError({
    code: 'writes-outside',
    message: `The run wrote ${shown} outside the repository. The command does not name that place, so a reproduction would overwrite it.`,
    mend: 'Move the files away, or allow it: lockstep reproduce --allow-outside-writes …',
  });
}

export function recordLeavesRepository(path: string): LockstepError {
  return new LockstepError({
    code: 'record-leaves-repository',
    message: `The record names ${path} as part of the repository, which it is not. Nothing was run.`,
    mend: 'Do not trust this record: it was damaged, or made to do harm.',
  });
}

function short(id: string): string {
  return id.slice(-6);
}
