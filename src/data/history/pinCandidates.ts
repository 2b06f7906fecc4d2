/** The files of git that could pin a path: its own or a parent's `.dvc` file, pipelines above it, a pointer in its place. */

export interface PinCandidate {
  readonly kind: 'dvc' | 'pipeline' | 'lfs';
  /** Relative to the top of git: one file, or `dvc.yaml` and `dvc.lock`. */
  readonly files: readonly string[];
}

/** `prefix` is the data root's place in git, '' or with a slash behind it. The nearest come first. */
export function pinCandidates(path: string, prefix: string): PinCandidate[] {
  const candidates: PinCandidate[] = [{ kind: 'lfs', files: [path] }];
  for (let at = path; at.length >= prefix.length && at !== ''; at = folderOf(at)) {
    candidates.push({ kind: 'dvc', files: [`${at}.dvc`] });
    const folder = folderOf(at);
    const inside = folder === '' ? '' : `${folder}/`;
    if (inside.startsWith(prefix))
      candidates.push({ kind: 'pipeline', files: [`${inside}dvc.yaml`, `${inside}dvc.lock`] });
  }
  return candidates;
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
