/** What a hook of git does: the same as the editor when HEAD moves, without anybody to ask. */
import { findRepository } from '../../git/findRepository.ts';
import { gitLine } from '../../git/runGit.ts';
import type { DataTask } from '../dataProgress.ts';
import { compareHeads } from './compareHeads.ts';
import { decideSync, defaultSyncSettings, syncModes, type SyncDecision } from './decideSync.ts';
import type { HookName } from './gitHooks.ts';
import { readHead } from './readHead.ts';
import { syncToHead, type SyncOutcome } from './syncToHead.ts';
import type { SyncVerdict } from './syncVerdict.ts';

export interface Followed {
  readonly verdict: SyncVerdict;
  readonly decision: SyncDecision;
  /** Where it was decided to sync. */
  readonly outcome?: SyncOutcome;
}

/**
 * @param words What git gave the hook. The setting `lockstep.syncOnCheckout` of git's configuration decides; what it
 *   would ask is left to the person. Undefined where nothing moved. Rejects as compareHeads and syncToHead do.
 */
export async function followHook(
  folder: string,
  name: HookName,
  words: readonly string[],
  task: DataTask,
  inherited: NodeJS.ProcessEnv,
): Promise<Followed | undefined> {
  // Git names the repository to its hooks; here the folder does, so that a repository inside is not taken for it.
  const environment = Object.fromEntries(
    Object.entries(inherited).filter(
      ([key]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|PREFIX)$/.test(key),
    ),
  );
  const git = await findRepository(folder, environment);
  if (git === undefined) return undefined;
  const context = { repository: git, environment, signal: task.signal };
  const before =
    name === 'post-checkout' ? words[0] : words[0] === 'amend' ? undefined : await originalHead(context);
  if (before === undefined) return undefined;
  const { commit, operation } = await readHead(git);
  const move = {
    // A clone, or a new working tree: everything is to come.
    from: /^0+$/.test(before) ? undefined : before,
    to: commit,
    ...(operation === undefined ? {} : { operation }),
  };
  const verdict = await compareHeads(git.root, move, task, environment);
  const set = await gitLine(context, ['config', '--get', 'lockstep.syncOnCheckout'], { tolerant: true });
  const mode = syncModes.find(one => one === set) ?? defaultSyncSettings.mode;
  const decision = decideSync({
    settings: { ...defaultSyncSettings, mode },
    ...(operation === undefined ? {} : { operation }),
    ...{ placeBytes: verdict.toPlace.bytes, paths: verdict.toPlace.paths },
    ...{ fetchFiles: verdict.toFetch.files, fetchBytes: verdict.toFetch.bytes },
    ...(verdict.freeBytes === undefined ? {} : { freeBytes: verdict.freeBytes }),
  });
  if (decision.act !== 'sync') return { verdict, decision };
  const outcome = await syncToHead(git.root, { verdict, fetch: decision.fetch }, task, environment);
  return { verdict, decision, outcome };
}

/** Where a merge or a rebase came from. */
async function originalHead(context: Parameters<typeof gitLine>[0]): Promise<string | undefined> {
  const head = await gitLine(context, ['rev-parse', '--verify', '--quiet', 'ORIG_HEAD'], { tolerant: true });
  return head === '' ? undefined : head;
}
