/** Gives the data remote what the pins of a run's code name and it lacks, so that others find it. */
import { LockstepError } from '../base/lockstepError.ts';
import { openDataProject } from '../data/operations/openDataProject.ts';
import { pushData } from '../data/operations/pushData.ts';
import type { TransferResult } from '../data/operations/fetchData.ts';
import type { CredentialSource } from '../data/remotes/objectStore.ts';
import type { ShareTask } from './shareTask.ts';

export interface GivenData {
  /** Files that went to a data remote, and those that were there. */
  readonly pushed: number;
  readonly present: number;
  readonly bytes: number;
  /** By path: what could not be given, and why. */
  readonly troubles: readonly { readonly path: string; readonly why: string }[];
}

/**
 * @param code The commit of the run's files; the working tree's pins count where it is not known.
 * Rejects only when aborted: a run without its data is still worth sharing, and what is missing is said.
 */
export async function giveData(
  { root, credentials }: { readonly root: string; readonly credentials?: CredentialSource | undefined },
  code: string | undefined,
  task: ShareTask,
): Promise<GivenData> {
  const { signal, onProgress } = task;
  try {
    const project = await openDataProject(root, task.environment);
    const result = await pushData(
      project,
      {
        ...(code === undefined ? {} : { revisions: [code] }),
        ...(credentials === undefined ? {} : { credentials }),
      },
      {
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined
          ? {}
          : {
              onProgress: ({ doneFiles, totalFiles }) =>
                onProgress(`Pushing data: ${doneFiles}/${totalFiles ?? '?'}`),
            }),
      },
    );
    return { ...amounts(result), troubles: troublesOf(result) };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof LockstepError)) throw error;
    return { pushed: 0, present: 0, bytes: 0, troubles: [{ path: '', why: error.message }] };
  }
}

function amounts({ moved, present }: TransferResult): Pick<GivenData, 'pushed' | 'present' | 'bytes'> {
  return { pushed: moved.files, present: present.files, bytes: moved.bytes };
}

function troublesOf({ missing, problems }: TransferResult): GivenData['troubles'] {
  return [
    ...missing.map(({ path, object, trouble, detail }) => ({
      path,
      why: detail ?? `${reasons[trouble] ?? trouble} (${object})`,
    })),
    ...problems.map(({ path, what }) => ({ path, why: what })),
  ];
}

const reasons: Readonly<Record<string, string>> = {
  'not-in-cache': 'neither the cache nor the remote has it',
  'not-in-remote': 'the remote does not have it',
  failed: 'it could not be sent',
  corrupt: 'the cache holds something else under its name',
};
