/** Every pin of a working tree or of a commit, collected as DVC collects them. */
import type { DataRepository } from '../dataRepository.ts';
import type { DataProblem, PinnedOutput, PinSet } from '../pinnedOutput.ts';
import { commitPinFiles } from './commitPinFiles.ts';
import { filterPins } from './filterPins.ts';
import { treePinFiles } from './treePinFiles.ts';

export interface LoadPinsRequest {
  /** A commit, branch or tag; the working tree when absent. Rejects with `revision-not-found`. */
  readonly revision?: string;
  /** Only outputs at, below or above these paths, relative to the data root; also `.dvc` files, `dvc.yaml`, or `dvc.yaml:stage`. */
  readonly paths?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Files that cannot be read are problems of the set. Rejects with `revision-not-found` only. */
export async function loadPins(repository: DataRepository, request: LoadPinsRequest = {}): Promise<PinSet> {
  const { revision, paths, signal } = request;
  const files =
    revision === undefined
      ? await treePinFiles(repository, signal)
      : await commitPinFiles(repository, revision, signal);
  const outputs: PinnedOutput[] = [];
  const problems: DataProblem[] = [];
  const byPath = new Map<string, PinnedOutput>();
  for (const file of files) {
    problems.push(...file.problems);
    for (const output of file.outputs) {
      const other = byPath.get(output.path);
      if (other === undefined) {
        byPath.set(output.path, output);
        outputs.push(output);
      } else
        problems.push({ path: output.pinFile, what: `${output.path} is pinned by ${sourceOf(other)} too` });
    }
  }
  const overlapping = new Set<PinnedOutput>();
  for (const output of outputs) {
    const outer = outerPin(output.path, byPath);
    if (outer === undefined) continue;
    overlapping.add(output).add(outer);
    problems.push({
      path: output.pinFile,
      what: `${output.path} lies inside of ${outer.path}, which ${sourceOf(outer)} pins; neither is touched`,
    });
  }
  const marked = outputs.map(one => (overlapping.has(one) ? { ...one, overlaps: true as const } : one));
  marked.sort((one, other) => (one.path < other.path ? -1 : 1));
  return filterPins({ outputs: marked, problems }, paths);
}

function outerPin(path: string, byPath: ReadonlyMap<string, PinnedOutput>): PinnedOutput | undefined {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const outer = byPath.get(path.slice(0, slash));
    if (outer !== undefined) return outer;
  }
  return undefined;
}

function sourceOf(output: PinnedOutput): string {
  return output.stage === undefined ? output.pinFile : `${output.pinFile}:${output.stage}`;
}
