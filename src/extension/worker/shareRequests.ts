/** Requests about sharing runs through the remote of the repository. Plain data; long ones tell lines as progress. */
import type { ExportOutcome } from '../../sharing/crate/exportCrate.ts';
import type { FetchSharedOutcome } from '../../sharing/fetchShared.ts';
import type { LinkPlace, RunLink, WrittenLink } from '../../sharing/link/runLink.ts';
import type { ShareOutcome } from '../../sharing/shareRun.ts';
import type { LargeFile } from '../../sharing/record/largeKept.ts';
import type { Request } from '../thread/threadMessages.ts';
import type { RunReference } from './engineRequests.ts';
import type { RunInProject } from './reproductionRequests.ts';

/** What is sent with a run, and which findings a person has looked at and lets pass. */
export interface ShareChoice {
  readonly remote: string | undefined;
  readonly allow: readonly string[];
  readonly logs: boolean;
  readonly data: boolean;
  /** Of one image, artifact or file of a model, in bytes; 0 leaves them all here, absent is the usual. */
  readonly maxSize?: number | undefined;
}

/** Variables by which git can ask a person here for a login; none where nobody is to be asked. */
export interface WithLogin {
  readonly login?: NodeJS.ProcessEnv;
}

export interface RemotePlace {
  readonly name: string;
  /** Without credentials. */
  readonly url: string;
}

/** A project of the window as a link sees it. */
export interface LinkedProject {
  readonly store: string;
  readonly root: string;
  /** The run is here already. */
  readonly hasRun: boolean;
  /** The remote that the link names; undefined where the repository has none at that place. */
  readonly remote: RemotePlace | undefined;
}

export interface ShareRequests {
  /** The remotes of a repository, the one that is taken unasked first. */
  remotes: Request<{ readonly root: string }, readonly RemotePlace[]>;
  shareRun: Request<RunInProject & ShareChoice & WithLogin & { readonly toolVersion: string }, ShareOutcome>;
  /** Images, artifacts and files of models that stay here unless somebody says otherwise, the largest first. */
  largeKept: Request<RunReference, readonly LargeFile[]>;
  /** All shared runs where none is named. */
  fetchShared: Request<
    WithLogin & {
      readonly store: string;
      readonly root: string;
      readonly remote: string | undefined;
      readonly runs?: readonly string[];
    },
    FetchSharedOutcome
  >;
  /** The code of a run that somebody shared, where it is not here yet. Throws where nobody has confirmed the run. */
  bringCode: Request<RunInProject & WithLogin, void>;
  runLink: Request<
    RunInProject & WithLogin & { readonly place: LinkPlace },
    WrittenLink & { readonly shared: boolean }
  >;
  /** Throws `link-wrong` for a link that is not to be followed. */
  readLink: Request<{ readonly path: string; readonly query: string }, RunLink>;
  /** Those of these projects that the link may mean. */
  linkedProjects: Request<
    RunLink & { readonly projects: readonly { readonly store: string; readonly root: string }[] },
    readonly LinkedProject[]
  >;
  /** Writes an RO-Crate. `file` is absolute, and replaced where it exists: the dialog has asked. */
  exportCrate: Request<
    RunInProject & { readonly file: string; readonly toolVersion: string } & Pick<
        ShareChoice,
        'allow' | 'maxSize'
      >,
    ExportOutcome
  >;
}
