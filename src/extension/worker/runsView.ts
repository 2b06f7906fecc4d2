/** How the Experiments view wants runs arranged, and what it is told. Plain data; the words are the host's. */
import type { RunSummary, VerdictSummary } from '../../runs/runSummary.ts';

export const groupings = ['date', 'experiment', 'commit', 'state', 'tag'] as const;
export type Grouping = (typeof groupings)[number];

export interface RunsView {
  readonly grouping: Grouping;
  /** In the language of runs/runQuery; '' shows all. */
  readonly filter: string;
  /** Whether archived runs are shown among the others. */
  readonly archived: boolean;
}

/** Which runs make sense for a command. */
export type RunKind =
  | 'all'
  | 'live'
  | 'ended'
  /** Those with a command of their own: not child runs, not imported ones. */
  | 'repeatable'
  /** Those with a command of their own that were recorded here and have ended. */
  | 'own'
  | 'withChildren'
  | 'starred'
  | 'notStarred'
  | 'archived'
  | 'notArchived'
  | 'reproduced';

export interface RunGroup {
  /** Unique within grouping and store. */
  readonly key: string;
  readonly count: number;
  /** Changes when a run enters, leaves or changes place in the group. */
  readonly shape: string;
}

export interface RunOutline {
  /** In the order to show them; empty groups are left out. */
  readonly groups: readonly RunGroup[];
  /** Runs that are preparing, running, or lost but still running; archived ones too, child runs not. */
  readonly live: number;
  /** All runs of the store, archived and filtered-out ones too; child runs belong to theirs. */
  readonly total: number;
  /** Why the filter could not be read; all runs are shown then. */
  readonly filterProblem?: string;
}

export interface RunRow {
  readonly store: string;
  readonly run: RunSummary;
  /** One line, at most 120 characters: the name, else what differs from the neighbours, else the command. */
  readonly label: string;
  /** Keys of the parameters that differ from the neighbours', most telling first. */
  readonly differing: readonly string[];
  /** Of a reproduction: what it came to, as the record of its original says. */
  readonly ownVerdict?: VerdictSummary;
}

export interface RunPage {
  readonly rows: readonly RunRow[];
  /** Runs in the whole group. */
  readonly total: number;
}
