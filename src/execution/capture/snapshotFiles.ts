/** Which files and folders of the project the code snapshot of a run holds. */
import { dirname } from 'node:path';
import { listTree } from '../../git/listTree.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { FileUseQuestion } from './fileUses.ts';

/** Rejects when git cannot list it. */
export async function snapshotFiles(
  plan: Pick<Plan, 'code' | 'root'>,
): Promise<Required<Pick<FileUseQuestion, 'isInSnapshot' | 'hasSnapshotFiles'>>> {
  const code = knownValue(plan.code);
  if (code === undefined) return { isInSnapshot: () => false, hasSnapshotFiles: () => true };
  const files = new Set(await listTree({ root: plan.root, tree: code.tree }));
  const gaps = new Set(code.gaps.map(gap => gap.path));
  const ofSubmodule = (path: string): boolean =>
    code.submodules.some(submodule => path.startsWith(`${submodule.path}/`));
  const folders = new Set([...files].map(path => dirname(path)));
  return {
    isInSnapshot: path => !gaps.has(path) && (files.has(path) || ofSubmodule(path)),
    hasSnapshotFiles: folder =>
      ofSubmodule(`${folder}/`) || [...folders].some(one => one === folder || one.startsWith(`${folder}/`)),
  };
}
