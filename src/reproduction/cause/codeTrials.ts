/**
 * Trials that set files of the code back to the snapshot of the original: all of the code at once, in parts by file when
 * that joins, and each file of parameters by itself.
 */
import { holdsParameters } from './changedCode.ts';
import type { ChangedCode, ChangedCodeFile } from './changedCode.ts';
import type { PlannedTrial, UntriedDifference } from './trialChange.ts';
import { weighDifference } from './weighDifference.ts';

/** @param pair It is the other run that is run again; else the code of the original is. */
export function codeTrials(
  code: ChangedCode | undefined,
  pair: boolean,
  untried: UntriedDifference[],
): PlannedTrial[] {
  if (code === undefined) return [];
  const snapshots = `snapshot ${code.now.slice(0, 7)} → ${code.original.slice(0, 7)}`;
  const problem = pair ? code.problem : 'every trial has the code of the original';
  if (problem !== undefined) {
    untried.push({ ingredient: 'code', restored: snapshots, problem });
    return [];
  }
  const settings = code.files.filter(holdsParameters);
  const sources = code.files.filter(file => !holdsParameters(file));
  return [...settings.map(file => trialOf('parameters', file)), ...whole(sources)];
}

function whole(files: readonly ChangedCodeFile[]): PlannedTrial[] {
  const parts = files.map(file => trialOf('code', file));
  const [first] = parts;
  if (first === undefined || parts.length === 1) return parts;
  const names = files.slice(0, 3).map(({ name }) => name);
  return [
    {
      ...first,
      restored: `${files.length} files of the code (${names.join(', ')}${files.length > 3 ? ', …' : ''})`,
      change: { code: files.flatMap(({ paths }) => paths) },
      parts,
    },
  ];
}

function trialOf(
  ingredient: 'code' | 'parameters',
  { name, paths, versions }: ChangedCodeFile,
): PlannedTrial {
  const restored = `${name} ${versions.join(' → ')}`;
  return {
    ingredient,
    restored,
    change: { code: paths },
    weight: weighDifference(ingredient, restored, undefined).weight,
  };
}
