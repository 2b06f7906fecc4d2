/** The part of a set of pins that a person asked for by paths, pin files or stages. */
import type { PinnedOutput, PinSet } from '../pinnedOutput.ts';

/** Everything when `paths` is absent; '' and '.' mean everything too. Problems stay: one of them may be why a path is not found. */
export function filterPins(pins: PinSet, paths: readonly string[] | undefined): PinSet {
  if (paths === undefined) return pins;
  const wanted = paths.map(path => path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, ''));
  if (wanted.some(path => path === '' || path === '.')) return pins;
  const outputs = pins.outputs.filter(output => wanted.some(path => concerns(path, output)));
  return { outputs, problems: pins.problems };
}

function concerns(wanted: string, output: PinnedOutput): boolean {
  return (
    wanted === output.path ||
    wanted === output.pinFile ||
    output.path.startsWith(`${wanted}/`) ||
    wanted.startsWith(`${output.path}/`) ||
    (output.stage !== undefined &&
      (wanted === `${output.pinFile}:${output.stage}` ||
        (output.pinFile === 'dvc.yaml' && wanted === output.stage) ||
        wanted === output.pinFile.replace(/\.yaml$/, '.lock')))
  );
}
