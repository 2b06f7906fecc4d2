/**
 * The typed request map between the extension host and the thread that works on data. All values are plain data
 * (structured clone). To add one: a line here and its handler in dataHandlers.ts.
 */
import type { AddRequest, PinResult } from '../../../data/operations/addData.ts';
import type { CheckoutRequest, CheckoutResult } from '../../../data/operations/checkoutData.ts';
import type { CommitRequest } from '../../../data/operations/commitData.ts';
import type { DataStatus } from '../../../data/operations/dataStatus.ts';
import type { DataDiff, DiffRequest } from '../../../data/operations/diffData.ts';
import type { TransferRequest, TransferResult } from '../../../data/operations/fetchData.ts';
import type { PullRequest, PullResult } from '../../../data/operations/pullData.ts';
import type { StatusRequest } from '../../../data/operations/readDataStatus.ts';
import type { DataProgress } from '../../../data/dataProgress.ts';
import type { HeadMove } from '../../../data/sync/headWatch.ts';
import type { SyncOutcome, SyncRequest } from '../../../data/sync/syncToHead.ts';
import type { SyncVerdict } from '../../../data/sync/syncVerdict.ts';
import type { PathVersion } from '../../../data/versionHistory.ts';
import type { Handlers } from '../../thread/answerRequests.ts';
import type { Request } from '../../thread/threadMessages.ts';
import type { Answers, Asked } from './answersOf.ts';

/** One working tree with data, or that could have some. */
export interface DataPlace {
  /** Absolute: the top of git's working tree, else the folder that holds `.dvc`, else the folder asked for. */
  readonly root: string;
  readonly inGit: boolean;
  /** Whether anything is pinned: by DVC, or by Git LFS. */
  readonly hasData: boolean;
}

export interface DataView {
  readonly status: DataStatus;
  /** The commit that is checked out; absent on an unborn branch and outside git. */
  readonly head?: string;
  /** Whether a remote is configured, to pull from and push to. */
  readonly hasRemote: boolean;
}

/** One line of a pinned folder, on disk or not. */
export interface FolderLine {
  readonly name: string;
  readonly folder: boolean;
  /** Of a file. `unsaved`: it is on disk and no pin names it. */
  readonly state: 'in-sync' | 'modified' | 'missing' | 'unsaved';
  /** Files below a folder. */
  readonly files?: number;
  /** `md5:<hex>` of a pinned file. */
  readonly pinned?: string;
}

export interface FolderLines {
  /** Folders first, then by name. */
  readonly lines: readonly FolderLine[];
  /** How many there are in truth. */
  readonly total: number;
  /** The listing is in no cache, so only what lies on disk is shown. */
  readonly listingMissing: boolean;
}

/** Every request names the working tree by `root`, from DataPlace. */
type In<Params> = Params & { readonly root: string };

/** What crosses threads: a source of credentials cannot. */
type Plain<Params> = Omit<Params, 'credentials'>;

interface WithAnswers {
  readonly answers: Answers;
}

export interface DataRequests {
  findPlace: Request<{ readonly folder: string }, DataPlace>;
  /**
   * From now on it is told when HEAD moves, first if it is not at `since` any more. Answers with HEAD. Asked again, it
   * changes nothing.
   */
  watchHead: Request<{ readonly root: string; readonly since?: string }, string | undefined>;
  unwatchHead: Request<{ readonly root: string }, void>;
  view: Request<In<Plain<StatusRequest>>, DataView>;
  /** What a pinned folder holds at `inside` ('' for its top), at most `limit` lines. */
  folderLines: Request<
    In<{ readonly output: string; readonly inside: string; readonly limit: number }>,
    FolderLines
  >;
  add: Request<In<AddRequest>, PinResult>;
  commit: Request<In<CommitRequest>, PinResult>;
  checkout: Request<In<CheckoutRequest>, CheckoutResult>;
  fetch: Request<In<Plain<TransferRequest>> & WithAnswers, Asked<TransferResult>>;
  pull: Request<In<Plain<PullRequest>> & WithAnswers, Asked<PullResult>>;
  push: Request<In<Plain<TransferRequest>> & WithAnswers, Asked<TransferResult>>;
  diff: Request<In<DiffRequest>, DataDiff>;
  compareHeads: Request<In<{ readonly move: HeadMove }>, SyncVerdict>;
  syncToHead: Request<In<Plain<SyncRequest>> & WithAnswers, Asked<SyncOutcome>>;
  /** `path` relative to the root. Throws `not-pinned`. */
  versions: Request<In<{ readonly path: string; readonly limit: number }>, readonly PathVersion[]>;
  /** The bytes of an object of the cache, for the diff editor. Throws `object-not-cached`, `object-too-large`. */
  readObject: Request<In<{ readonly output: string; readonly object: string }>, Uint8Array>;
}

/** HEAD of a watched working tree moved. */
export interface DataNotice {
  readonly root: string;
  readonly move: HeadMove;
}

export type DataHandlers = Handlers<DataRequests, DataProgress>;
