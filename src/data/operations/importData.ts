/** `lockstep data import`: a file or folder of another repository at a revision, pinned as `dvc import` pins it. */
import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DataTask } from '../dataProgress.ts';
import { withDvcLock } from '../locks/withDvcLock.ts';
import { loadPins } from '../pins/loadPins.ts';
import { placeOutput } from '../placing/placeOutput.ts';
import type { CredentialSource } from '../remotes/objectStore.ts';
import type { PinResult } from './addData.ts';
import { checkAddPath } from './checkAddPath.ts';
import type { DataProject } from './dataProject.ts';
import type { TroubledObject } from './dataResult.ts';
import { ensureDataRepository } from './ensureDataRepository.ts';
import { dataNotBegun, importSourceMissing, importTargetExists } from './errors.ts';
import { importedObject } from './importedObject.ts';
import { openImportSource } from './importSource.ts';
import { inProject, prefixOf, repositoryOf } from './selectPins.ts';
import { emptyPinTally, pinResult, storeAndPin } from './storeAndPin.ts';
import { TransferTotals } from './transferTotals.ts';
import { withTools } from './withTools.ts';

export interface ImportRequest {
  /** A URL that git clones, or a folder (relative ones to `cwd`). */
  readonly url: string;
  /** Of the file or folder in that repository. */
  readonly path: string;
  /** Branch, tag or commit; the default branch when absent. */
  readonly revision?: string;
  /** Absolute: where it goes; the name of `path` in `cwd` when absent. */
  readonly out?: string;
  readonly cwd: string;
  readonly force?: boolean;
  readonly credentials?: CredentialSource;
}

export interface ImportResult extends PinResult {
  /** The commit that was imported from. */
  readonly revisionLock: string;
  /** What could not be had; nothing is pinned then. */
  readonly missing: readonly TroubledObject[];
}

/** Rejects with `import-source-not-reachable`, `import-source-missing`, `import-target-exists` and `data-locked`. */
export async function importData(
  given: DataProject,
  request: ImportRequest,
  task: DataTask,
): Promise<ImportResult> {
  const { url, revision, cwd, force, credentials } = request;
  const wanted = request.path.replace(/^(\.?\/)+|\/+$/g, '');
  const target = inProject(given, request.out ?? join(cwd, basename(wanted)));
  const { project, initialised } = await ensureDataRepository(given, [target]);
  const repository = repositoryOf(project, target);
  if (repository === undefined) throw dataNotBegun();
  const prefix = prefixOf(project, repository);
  const path = target.slice(prefix.length);
  await using source = await openImportSource({ url, revision, cwd, environment: project.environment }, task);
  const tally = emptyPinTally();
  const totals = new TransferTotals();
  await withDvcLock(repository, task, () =>
    withTools(repository, async tools => {
      const { outputs } = await loadPins(repository);
      const own = outputs.find(one => one.path === path);
      const there = await lstat(join(repository.root, path)).catch(() => undefined);
      if (there !== undefined && force !== true) throw importTargetExists(target);
      const into = { repository, tools, shownAs: target };
      const found = await importedObject(
        source,
        wanted,
        into,
        credentials === undefined ? {} : { credentials },
        task,
        totals,
      );
      if (found === undefined) throw importSourceMissing(wanted, url, revision ?? source.commit);
      const { missing, problems } = totals.result();
      tally.problems.push(...problems);
      if (missing.length + problems.length > 0) return;
      const placed = await placeOutput(
        repository,
        { path, object: found.object, executable: found.executable, force: force === true },
        tools,
        task,
      );
      if (placed.outcome === 'kept') throw importTargetExists(target);
      for (const one of placed.failed)
        tally.problems.push({ path: `${target}/${one.path}`, what: one.reason });
      const checked = await checkAddPath(repository, path, outputs, tools);
      if (typeof checked === 'string') {
        tally.problems.push({ path: target, what: checked });
        return;
      }
      const importedFrom = {
        ...{ url, path: wanted, lockedRevision: source.commit },
        ...(revision === undefined ? {} : { revision }),
      };
      await storeAndPin(
        project,
        repository,
        [own === undefined ? { path } : { path, pin: own }],
        { noCommit: false, importedFrom },
        tools,
        task,
        tally,
      );
    }),
  );
  const result = await pinResult(project, tally);
  return {
    ...result,
    ...(initialised === undefined ? {} : { initialised }),
    revisionLock: source.commit,
    missing: totals.result().missing,
  };
}
