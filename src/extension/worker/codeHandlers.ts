/** Answers about the code of runs: what changed, and single files of a snapshot. */
import { compareTrees, readBlob } from '../../git/compareTrees.ts';
import { knownValue } from '../../runs/known.ts';
import type { Code } from '../../runs/plan.ts';
import type { EngineHandlers } from './engineRequests.ts';
import type { CodeChanges } from './codeRequests.ts';
import { codeUnknown } from './errors.ts';
import type { Stores } from './stores.ts';

/** The tree without files, known to every git. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export function codeHandlers(stores: Stores) {
  const codeOf = async (store: string, id: string): Promise<Code> => {
    const { plan } = await stores.table(store).runStore.read(id);
    const code = knownValue(plan?.code);
    if (code === undefined)
      throw codeUnknown(plan?.code.known === 'unknown' ? plan.code.reason : 'its plan cannot be read.');
    return code;
  };
  const changes = async (
    root: string,
    from: string,
    code: Code,
    signal: AbortSignal,
  ): Promise<CodeChanges> => ({
    root,
    from,
    to: code.tree,
    files: await compareTrees({ root, from, to: code.tree, signal }),
    gaps: code.gaps.map(gap => gap.path),
  });

  return {
    codeChanges: async ({ store, id, root }, signal) => {
      const code = await codeOf(store, id);
      return changes(root, code.headTree ?? code.head ?? emptyTree, code, signal);
    },
    codeBetween: async ({ store, id, base, root }, signal) => {
      const [before, after] = await Promise.all([codeOf(store, base), codeOf(store, id)]);
      return changes(root, before.tree, after, signal);
    },
    readBlob: async ({ root, tree, path }, signal) => readBlob({ root, tree, path, signal }),
  } satisfies Partial<EngineHandlers>;
}
