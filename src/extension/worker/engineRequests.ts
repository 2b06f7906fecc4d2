/**
 * The typed request map between the extension host and its worker: name → parameters and result. All values are
 * plain data (structured clone); times are milliseconds since the epoch unless a type says otherwise. To add one:
 * a line here, a handler in a `*Handlers.ts` beside it, and the handler's entry in engineHandlers.ts.
 */
import type { Project } from '../../git/locateProject.ts';
import type { ArtifactList } from '../../runs/listArtifacts.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { AnnotationChange } from '../../runs/runStore.ts';
import type { Handlers } from '../thread/answerRequests.ts';
import type { Request } from '../thread/threadMessages.ts';
import type { CodeRequests } from './codeRequests.ts';
import type { CompareRequests } from './compareRequests.ts';
import type { ImportRequests } from './importRequests.ts';
import type { LaunchRequests } from './launchRequests.ts';
import type { LogStart, LogWindow } from './logWindow.ts';
import type { MediaRequests } from './mediaRequests.ts';
import type { PanelRequests } from './panelRequests.ts';
import type { ReproductionRequests } from './reproductionRequests.ts';
import type { ShareRequests } from './shareRequests.ts';
import type { FolderEntry, RunContents } from './runContents.ts';
import type { RunKind, RunOutline, RunPage, RunRow, RunsView } from './runsView.ts';

export interface RunReference {
  /** Absolute path of the store, from the project model. */
  readonly store: string;
  /** Full run id. */
  readonly id: string;
}

export interface EngineRequests
  extends
    LaunchRequests,
    CodeRequests,
    CompareRequests,
    PanelRequests,
    MediaRequests,
    ImportRequests,
    ReproductionRequests,
    ShareRequests {
  /** The project that a folder belongs to, and whether it has a store yet. */
  locateProject: Request<{ readonly folder: string }, Project & { readonly hasStore: boolean }>;
  /** From now on changes of this store are told. Asked again, it changes nothing. */
  watchStore: Request<{ readonly store: string }, void>;
  unwatchStore: Request<{ readonly store: string }, void>;
  /** Forgets what is held in memory: the next question reads the disk. */
  forgetStore: Request<{ readonly store: string }, void>;
  outline: Request<{ readonly store: string; readonly view: RunsView }, RunOutline>;
  /** Runs `offset`…`offset + limit` of a group, newest first. */
  page: Request<
    {
      readonly store: string;
      readonly view: RunsView;
      readonly group: string;
      readonly offset: number;
      readonly limit: number;
    },
    RunPage
  >;
  /** Where a run stands in a view; undefined when the view does not show it. */
  placeOf: Request<
    RunReference & { readonly view: RunsView },
    { readonly group: string; readonly index: number } | undefined
  >;
  /** The newest runs of a kind, archived ones last. */
  findRuns: Request<
    { readonly store: string; readonly kind: RunKind; readonly limit: number },
    readonly RunRow[]
  >;
  /** Rows of these runs; those that are gone are left out. */
  rows: Request<{ readonly store: string; readonly ids: readonly string[] }, readonly RunRow[]>;
  runDetails: Request<RunReference, RunDetails>;
  /** What lies in the run folder for the tree to list. */
  runContents: Request<RunReference, RunContents>;
  artifacts: Request<RunReference, ArtifactList>;
  folderEntries: Request<
    RunReference & { readonly folder: string },
    { readonly entries: readonly FolderEntry[]; readonly total: number }
  >;
  /** The first child runs, in the order of their start. */
  childRuns: Request<RunReference & { readonly limit: number }, RunPage>;
  /** Ids of all child runs, in the order of their start, those of child runs among them. */
  childRunIds: Request<RunReference, readonly string[]>;
  /** Runs that are under way, each with the container that it executes in, where it executes in one. */
  liveRuns: Request<
    { readonly store: string },
    readonly { readonly id: string; readonly label: string; readonly container?: string }[]
  >;
  /** These runs and all that they are child runs of. */
  withParents: Request<{ readonly store: string; readonly ids: readonly string[] }, readonly string[]>;
  /** Throws `query-invalid`. */
  checkFilter: Request<{ readonly filter: string }, void>;
  annotate: Request<
    { readonly store: string; readonly ids: readonly string[]; readonly change: AnnotationChange },
    void
  >;
  /** To the trash. Throws `run-is-live`. */
  removeRuns: Request<{ readonly store: string; readonly ids: readonly string[] }, void>;
  restoreRuns: Request<{ readonly store: string; readonly ids: readonly string[] }, void>;
  /** Tags of all runs, the most used first. */
  allTags: Request<{ readonly store: string }, readonly string[]>;
  /** The end of a run's log, or what comes after `start`. */
  logWindow: Request<RunReference & { readonly bytes: number; readonly start?: LogStart }, LogWindow>;
}

/** How far a long request is. */
export interface EngineProgress {
  readonly done: number;
  readonly total: number;
  /** What is done now, one line. */
  readonly text?: string;
}

/** Runs of a watched store were written; no ids where it is not known which. */
export interface EngineNotice {
  readonly store: string;
  readonly runIds: readonly string[];
}

export type EngineHandlers = Handlers<EngineRequests, EngineProgress>;
