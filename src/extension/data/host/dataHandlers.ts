/** All handlers of the data thread: the other end of dataRequests.ts. */
import { addData } from '../../../data/operations/addData.ts';
import { checkoutData } from '../../../data/operations/checkoutData.ts';
import { commitData } from '../../../data/operations/commitData.ts';
import { diffData } from '../../../data/operations/diffData.ts';
import { fetchData } from '../../../data/operations/fetchData.ts';
import { openDataProject } from '../../../data/operations/openDataProject.ts';
import type { DataProject } from '../../../data/operations/dataProject.ts';
import { pullData } from '../../../data/operations/pullData.ts';
import { pushData } from '../../../data/operations/pushData.ts';
import { readDataStatus } from '../../../data/operations/readDataStatus.ts';
import { compareHeads } from '../../../data/sync/compareHeads.ts';
import { readHead } from '../../../data/sync/readHead.ts';
import { syncToHead } from '../../../data/sync/syncToHead.ts';
import { versionHistory } from '../../../data/versionHistory.ts';
import type { DataHandlers, DataNotice } from './dataRequests.ts';
import { withAnswers } from './answersOf.ts';
import { folderLines } from './folderLines.ts';
import { WatchedHeads } from './watchedHeads.ts';
import { hasLfsFiles } from './hasLfsFiles.ts';
import { readObject } from './readObject.ts';

export function dataHandlers(
  environment: NodeJS.ProcessEnv,
  notify: (notice: DataNotice) => void,
): DataHandlers {
  const heads = new WatchedHeads(environment, notify);
  const open = (root: string): Promise<DataProject> => openDataProject(root, environment);
  return {
    findPlace: async ({ folder }) => {
      const project = await open(folder);
      const { root, git, repositories } = project;
      const hasData = repositories.length > 0 || (git !== undefined && (await hasLfsFiles(git, environment)));
      return { root, inGit: git !== undefined, hasData };
    },
    watchHead: ({ root, since }) => heads.watch(root, since),
    unwatchHead: ({ root }) => heads.unwatch(root),
    view: async ({ root, ...request }, signal, onProgress) => {
      const project = await open(root);
      const status = await readDataStatus(project, request, { signal, onProgress });
      const head = project.git === undefined ? undefined : (await readHead(project.git)).commit;
      const hasRemote = project.repositories.some(({ settings }) => settings.remotes.length > 0);
      return { status, hasRemote, ...(head === undefined ? {} : { head }) };
    },
    folderLines: async ({ root, ...request }) => folderLines(await open(root), request),
    add: async ({ root, ...request }, signal, onProgress) =>
      addData(await open(root), request, { signal, onProgress }),
    commit: async ({ root, ...request }, signal, onProgress) =>
      commitData(await open(root), request, { signal, onProgress }),
    checkout: async ({ root, ...request }, signal, onProgress) =>
      checkoutData(await open(root), request, { signal, onProgress }),
    fetch: async ({ root, answers, ...request }, signal, onProgress) => {
      const project = await open(root);
      return withAnswers(answers, credentials =>
        fetchData(project, { ...request, credentials }, { signal, onProgress }),
      );
    },
    pull: async ({ root, answers, ...request }, signal, onProgress) => {
      const project = await open(root);
      return withAnswers(answers, async credentials => {
        const result = await pullData(project, { ...request, credentials }, { signal, onProgress });
        return { ...result, missing: [...result.fetch.missing, ...result.checkout.missing] };
      });
    },
    diff: async ({ root, ...request }, signal) => diffData(await open(root), request, { signal }),
    push: async ({ root, answers, ...request }, signal, onProgress) => {
      const project = await open(root);
      return withAnswers(answers, credentials =>
        pushData(project, { ...request, credentials }, { signal, onProgress }),
      );
    },
    compareHeads: ({ root, move }, signal) => compareHeads(root, move, { signal }),
    syncToHead: ({ root, answers, ...request }, signal, onProgress) =>
      withAnswers(answers, credentials =>
        syncToHead(root, { ...request, credentials }, { signal, onProgress }),
      ),
    versions: ({ root, path, limit }, signal) => versionHistory(root, { path, limit }, { signal }),
    readObject: async ({ root, output, object }) => readObject(await open(root), output, object),
  };
}
