/** `lockstep data push`: gives the remotes what pins name and they lack; the files of a folder before its listing. */
import type { DataTask } from '../dataProgress.ts';
import type { DataTools } from '../dataTools.ts';
import { pushObjects } from '../remotes/pushObjects.ts';
import { transferKey } from '../remotes/transferResult.ts';
import type { DataProject } from './dataProject.ts';
import type { TransferRequest, TransferResult } from './fetchData.ts';
import { keptByLfs } from './keptByLfs.ts';
import { isPushed } from './lackingInRemotes.ts';
import { groupByRemote, listedItems, pinItems } from './pinObjects.ts';
import { pushLfsFiles } from './pushLfsFiles.ts';
import { withStore } from './remoteOf.ts';
import { resolveScope } from './resolveScope.ts';
import type { PinGroup } from './selectPins.ts';
import { TransferTotals } from './transferTotals.ts';
import { withTools } from './withTools.ts';

/** Rejects with `no-remote`, `remote-unknown`, `path-not-pinned` and `revision-not-found`. */
export async function pushData(
  project: DataProject,
  request: TransferRequest,
  task: DataTask,
): Promise<TransferResult> {
  const scope = await resolveScope(project, request, task.signal);
  const totals = new TransferTotals(scope.problems);
  if (scope.lfsPaths !== undefined)
    for (const path of await keptByLfs(project, scope.lfsPaths, task))
      totals.problems.push({
        path,
        what: 'is kept by Git LFS, whose files go up together: lockstep data push without a path',
      });
  for (const group of scope.groups)
    await withTools(group.repository, tools => pushGroup(group, request, tools, task, totals));
  // A remote of DVC is none of git's; single paths are not what a server of Git LFS is given.
  if (request.remote === undefined && request.paths === undefined)
    await pushLfsFiles(project, request.revisions, task, totals);
  return totals.result();
}

async function pushGroup(
  { repository, pins: all }: PinGroup,
  { remote: asked, credentials, jobs }: TransferRequest,
  tools: DataTools,
  task: DataTask,
  totals: TransferTotals,
): Promise<void> {
  const pushed = all.filter(({ pin }) => isPushed(pin));
  for (const { remote, pins } of groupByRemote(repository, pushed, asked))
    await withStore(remote, { credentials, jobs }, async store => {
      // A part of a folder goes up without its listing, which would promise the rest.
      const whole = pins.filter(one => one.only === undefined);
      const parts = pins.filter(one => one.only !== undefined);
      const items = [...pinItems(whole), ...(await listedItems(parts, tools, totals.problems))];
      const result = await pushObjects(store, items, repository.settings, task);
      const troubled = result.missing.length + result.failed.length > 0;
      const listed = troubled ? await listedItems(whole, tools, []) : [];
      const names = new Map(listed.map(item => [transferKey(item.id), item.path]));
      totals.add(items, result, 'not-in-cache', key => names.get(key));
    });
}
