/** The files of an export that its metadata describes one by one. */
import { join } from 'node:path';
import { readCommandWords } from '../../execution/capture/commandWords.ts';
import { planSchema } from '../../runs/plan.ts';
import type { CheckedRecord } from '../record/checkRecord.ts';
import type { ZipEntry } from './zipFile.ts';

/** The script that the command names, where it is among the files. */
export function programIn(record: CheckedRecord, files: readonly ZipEntry[]): string | undefined {
  const plan = planSchema.parse(record.plan);
  const { script } = readCommandWords(plan.argv);
  const word = script === undefined ? undefined : plan.argv[script];
  if (word === undefined) return undefined;
  const relative = word.startsWith(`${plan.root}/`) ? word.slice(plan.root.length + 1) : join(plan.cwd, word);
  const path = `code/${relative.replace(/^\.\//, '')}`;
  return files.some(one => one.path === path) ? path : undefined;
}

export function describedFiles(
  record: CheckedRecord,
  files: readonly ZipEntry[],
  inputs: readonly ZipEntry[],
): { path: string; what: string; type: string; size: number }[] {
  const program = programIn(record, files);
  const described = new Map<string, readonly [what: string, type: string]>([
    ['reproduce.sh', ['Repeats the run and compares the outcome, without Lockstep', 'application/x-sh']],
    ['compare.py', ['Compares metrics and outputs', 'text/x-python']],
    ['expected.json', ['Last values of the metrics and hashes of the outputs', 'application/json']],
    ['requirements.txt', ['Python packages, as pip takes them', 'text/plain']],
    [
      'provenance.intoto.json',
      ['The outputs and what they came from, as in-toto statement', 'application/vnd.in-toto+json'],
    ],
    ['README.md', ['What this is and how to repeat it', 'text/markdown']],
    ...inputs.map(({ path }) => [`code/${path}`, [path, 'application/octet-stream']] as const),
    ...(program === undefined ? [] : [[program, [program.slice('code/'.length), 'text/plain']] as const]),
  ]);
  for (const { path } of files)
    if (/^code\/(?:LICEN[CS]E|COPYING)(?:\.\w+)?$/i.test(path))
      described.set(path, ['License', 'text/plain']);
  return files.flatMap(({ path, bytes }) => {
    const found = described.get(path);
    return found === undefined ? [] : [{ path, what: found[0], type: found[1], size: bytes.length }];
  });
}
