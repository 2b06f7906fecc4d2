/**
 * What the remotes are known to lack. Asking them takes the network, so they are asked when pins have changed or data
 * was moved, not whenever a file is saved; in between, what was learnt of a version stays true of that version.
 */
import type { PathStatus } from '../../data/operations/dataStatus.ts';
import type { DataView } from './host/dataRequests.ts';

type Lack = NonNullable<PathStatus['notInRemote']>;

export class RemoteKnowledge {
  /** Root → `path`, a line feed, the pinned object → what the remote lacked of it. */
  readonly #known = new Map<string, ReadonlyMap<string, Lack | undefined>>();

  /** Whether a path is pinned of which the remote was never asked. */
  asksFor(root: string, { hasRemote, status }: DataView): boolean {
    const known = this.#known.get(root);
    return (
      hasRemote && status.paths.some(path => path.pinned !== undefined && !(known?.has(keyOf(path)) ?? false))
    );
  }

  learn(root: string, { status }: DataView): void {
    this.#known.set(root, new Map(status.paths.map(path => [keyOf(path), path.notInRemote])));
  }

  /** After a push, or when a person asks: everything is asked again. */
  forget(root: string): void {
    this.#known.delete(root);
  }

  /** The view with what is known. */
  fill(root: string, view: DataView): DataView {
    const known = this.#known.get(root);
    if (known === undefined) return view;
    const paths = view.status.paths.map(path => {
      const lack = path.notInRemote ?? known.get(keyOf(path));
      return lack === undefined ? path : { ...path, notInRemote: lack };
    });
    return { ...view, status: { ...view.status, paths } };
  }
}

function keyOf({ path, pinned }: PathStatus): string {
  return `${path}\n${pinned ?? ''}`;
}
