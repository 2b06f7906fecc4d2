/** What two finished records say by themselves that keeps a verdict from `identical`. */
import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { isOwnCache } from '../../execution/capture/homeFolders.ts';
import { editedCode } from '../../runs/editedCode.ts';
import { knownValue } from '../../runs/known.ts';
import { leftCaps } from '../../runs/leftProcesses.ts';
import { isInside } from '../restore/relocatePaths.ts';
import { foundOutputCaps } from './foundOutputs.ts';
import { unobserved } from './ingredients/compareData.ts';
import { packageEdits } from './ingredients/comparePackageEdits.ts';
import type { JudgedRun } from './judgeReproduction.ts';

export interface RecordPlaces {
  /** The lists of packages are equal, but for what is the repository's own. */
  readonly samePackages: boolean;
  /** Code from there is told of elsewhere: checkout, repository, environments. Absolute. */
  readonly elsewhere: readonly string[];
}

/** @param reproduced With the paths of the original. */
export function recordCaps(
  original: JudgedRun,
  reproduced: JudgedRun,
  { samePackages, elsewhere }: RecordPlaces,
): string[] {
  return [
    ...editedCodeCaps(original),
    ...leftCaps(original.result, 'the original'),
    ...leftCaps(reproduced.result, 'the reproduction'),
    ...observationCaps(original, reproduced),
    ...outsideCodeCaps(original, reproduced, elsewhere),
    ...ambiguousOutputCaps(original, reproduced),
    ...foundOutputCaps(original, reproduced),
    ...ownCacheCaps(original, reproduced),
    ...environmentCaps(original, reproduced, samePackages),
  ];
}

/** The environment that ran is not, or not provably, the recorded one. */
function environmentCaps(original: JudgedRun, reproduced: JudgedRun, same: boolean): string[] {
  const version = versionOf(original);
  const noPython = version === undefined && knownValue(original.plan.interpreter) === undefined;
  if (noPython) return [];
  const before = knownValue(original.captured?.packages)?.list;
  const after = knownValue(reproduced.captured?.packages)?.list;
  if (before === undefined || after === undefined) return ['the packages could not be compared'];
  return [
    ...packageEdits(original.captured, reproduced.captured).slice(0, 3),
    ...(before === after || same ? [] : ['the packages are not the recorded ones']),
    ...(versionOf(reproduced) === version ? [] : ['the interpreter is not the recorded one']),
  ];
}

/** Of the command's own Python, or of the first one that it started. */
function versionOf({ plan, captured }: JudgedRun): string | undefined {
  return knownValue(plan.interpreter)?.version ?? captured?.pythons?.[0]?.version;
}

/** What was run in the end may not be what the snapshot holds. */
function editedCodeCaps({ result }: JudgedRun): string[] {
  const { used, open } = editedCode(result);
  const files = [...used, ...open];
  return files.length === 0 ? [] : [`code was changed while the original ran (${some(files)})`];
}

/** Inputs that nobody saw are unverified, and so is the origin of code that nobody saw. */
function observationCaps(original: JudgedRun, reproduced: JudgedRun): string[] {
  const inputs = unobserved(original);
  const python = knownValue(original.plan.interpreter) !== undefined;
  const unseenNow = python && reproduced.captured?.modules.known !== 'captured';
  return [
    ...(inputs === undefined ? [] : [`unverified inputs of the original: ${inputs}`]),
    ...(inputs === undefined && unseenNow ? ['the code of the reproduction was not observed'] : []),
  ];
}

/** Code that no snapshot holds and no package list names. What the run itself generated is no such code. */
function outsideCodeCaps(original: JudgedRun, reproduced: JudgedRun, elsewhere: readonly string[]): string[] {
  const since = Date.parse(reproduced.result?.startedAt ?? '');
  // The same content in both is the recorded code, wherever it lies.
  const before = new Map((original.captured?.inputs ?? []).map(use => [use.path, use.sha256]));
  const same = new Set(
    (reproduced.captured?.inputs ?? [])
      .filter(use => use.code === true && use.sha256 !== undefined && use.sha256 === before.get(use.path))
      .map(({ path }) => path),
  );
  const paths = Object.values(knownValue(reproduced.captured?.modules) ?? {}).filter(
    path =>
      !same.has(path) &&
      isAbsolute(path) &&
      !elsewhere.some(folder => isInside(path, folder)) &&
      !((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? since) >= since),
  );
  return paths.length === 0 ? [] : [`code from outside the repository (${some([...new Set(paths)])})`];
}

/** Written while other runs were live: perhaps theirs, perhaps what the reproduction failed to write. */
function ambiguousOutputCaps(original: JudgedRun, reproduced: JudgedRun): string[] {
  const now = new Set((reproduced.result?.outputs ?? []).map(({ path }) => path));
  return (original.result?.outputs ?? [])
    .filter(({ path, how, inSnapshot }) => how === 'ambiguous' && inSnapshot !== true && !now.has(path))
    .map(({ path }) => `${path} may be an output that was not written again`);
}

/** What the original computed and kept for later, the reproduction has not computed again. */
function ownCacheCaps(original: JudgedRun, reproduced: JudgedRun): string[] {
  const made = new Map((original.result?.outputs ?? []).map(({ path, sha256 }) => [path, sha256]));
  const again = new Set((reproduced.result?.outputs ?? []).map(({ path }) => path));
  return (reproduced.captured?.inputs ?? [])
    .filter(({ path, sha256 }) => sha256 !== undefined && made.get(path) === sha256)
    .filter(({ path }) => isAbsolute(path) && isOwnCache(path) && !again.has(path))
    .map(({ path }) => `${path} was read as the original had left it`);
}

/** A difference says nothing then. One sentence each, without a full stop. */
export function editedCodeDoubts({ result }: Pick<JudgedRun, 'result'>): string[] {
  const { used, open } = editedCode(result);
  const why = 'so what ran may not be what was recorded';
  return [...used, ...open].map(path => `${path} was changed while the original ran, ${why}`);
}

function some(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).join(', ');
  return texts.length > 3 ? `${shown} and ${texts.length - 3} more` : shown;
}
