/** Makes the commit that a run is shared as: its record as a tree, with the code that it ran as parents. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Repository } from '../../git/findRepository.ts';
import { gitSettings } from '../../git/repositoryFacts.ts';
import { gitLine, runGit } from '../../git/runGit.ts';
import { openSnapshotStore } from '../../git/snapshotStore.ts';
import type { ShareTask } from '../shareTask.ts';
import { personContext, seeingPersonsObjects, storeContext } from './sharedRepository.ts';

export interface RecordCommit {
  readonly message: string;
  readonly parents: readonly string[];
  /** By path in the commit. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** The author of a commit of somebody who has no name set in git. */
export const unnamed = 'Lockstep';

/** The id of the commit, whose objects are in the snapshot store. No ref names it. */
export async function writeRecordCommit(
  repository: Repository,
  commit: RecordCommit,
  task: ShareTask,
): Promise<string> {
  await openSnapshotStore(repository);
  return commitTree(repository, { ...commit, tree: await writeTree(repository, commit.files, task) }, task);
}

/** The same for a tree that is there already. */
export async function commitTree(
  repository: Repository,
  commit: { readonly message: string; readonly parents: readonly string[]; readonly tree: string },
  task: ShareTask,
): Promise<string> {
  const { message, parents, tree } = commit;
  // Git asks for both; who has set neither stays unnamed.
  const { name = unnamed, email = 'lockstep@localhost' } = await identity(repository, task);
  return gitLine(
    storeContext(repository, task),
    ['commit-tree', tree, ...parents.flatMap(parent => ['-p', parent])],
    {
      input: `${message}\n`,
      variables: {
        ...seeingPersonsObjects(repository),
        ...{ GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email },
        ...{ GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email },
      },
    },
  );
}

async function writeTree(
  repository: Repository,
  files: ReadonlyMap<string, Buffer>,
  task: ShareTask,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-share-'));
  try {
    const content = join(folder, 'content');
    await mkdir(content);
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(content, path)), { recursive: true });
      await writeFile(join(content, path), bytes, { mode: 0o644 });
    }
    const context = {
      ...storeContext(repository, task),
      indexFile: join(folder, 'index'),
      // Bytes as they are, whatever the person's own settings do to files.
      settings: ['core.autocrlf=false', 'core.attributesFile=', 'core.excludesFile=', 'core.fileMode=false'],
    };
    const variables = { ...seeingPersonsObjects(repository), GIT_WORK_TREE: content };
    await runGit(context, ['add', '--all', '--force', '.'], {
      variables: { ...variables, GIT_LITERAL_PATHSPECS: '1' },
    });
    return await gitLine(context, ['write-tree'], { variables });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** As the person signs other commits; empty texts count as none. */
export async function identity(
  repository: Repository,
  task: ShareTask,
): Promise<{ readonly name?: string; readonly email?: string }> {
  const settings = await gitSettings(personContext(repository, task));
  const name = (task.environment['GIT_AUTHOR_NAME'] ?? settings.get('user.name') ?? '').trim();
  const email = (task.environment['GIT_AUTHOR_EMAIL'] ?? settings.get('user.email') ?? '').trim();
  return { ...(name === '' ? {} : { name }), ...(email === '' ? {} : { email }) };
}
