/** Looks up in the project's repository what a source says about the code: a commit that is there has a tree. */
import { findRepository } from '../git/findRepository.ts';
import { runGit, type GitContext } from '../git/runGit.ts';

/** One process for each commit, however many runs name it; none outside git. */
export class KnownCommits {
  readonly #root: string;
  readonly #trees = new Map<string, Promise<string | undefined>>();
  #context: Promise<GitContext | undefined> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** The id of the tree of `commit`; undefined when it is not a commit of this repository. Never rejects. */
  treeOf(commit: string): Promise<string | undefined> {
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return Promise.resolve(undefined);
    let tree = this.#trees.get(commit);
    if (tree === undefined) this.#trees.set(commit, (tree = this.#look(commit).catch(() => undefined)));
    return tree;
  }

  async #look(commit: string): Promise<string | undefined> {
    this.#context ??= findRepository(this.#root).then(repository =>
      repository === undefined ? undefined : { repository },
    );
    const context = await this.#context;
    if (context === undefined) return undefined;
    const outcome = await runGit(context, ['rev-parse', '--verify', '--quiet', `${commit}^{tree}`], {
      tolerant: true,
    });
    const tree = outcome.stdout.toString('utf8').trim();
    return outcome.exitCode === 0 && tree !== '' ? tree : undefined;
  }
}
