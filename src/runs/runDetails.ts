/** Everything the record says about one run, validated, with the state derived from it. */
import type { MergedAnnotations } from './mergeAnnotations.ts';
import type { Announcement } from './announcement.ts';
import type { RunRequest } from './annotation.ts';
import type { CommandEnd } from './commandEnd.ts';
import type { Captured } from './captured.ts';
import type { Plan } from './plan.ts';
import type { Reported } from './reported.ts';
import type { ProcessRecord } from './processRecord.ts';
import type { Result } from './result.ts';
import type { RunState } from './runState.ts';
import type { SharedRecord } from './sharedRecord.ts';
import type { Verdict } from './verdict.ts';

export interface RunDetails {
  readonly id: string;
  /** The run folder, absolute. */
  readonly dir: string;
  readonly state: RunState;
  readonly stillRunning: boolean;
  /** Of a lost run, where it is known how its command ended. */
  readonly commandEnd?: CommandEnd;
  /** Each part is absent when its file is missing or unreadable; the latter is then among the problems. */
  readonly plan?: Plan;
  /** What the launcher said; only while there is no plan. */
  readonly announcement?: Announcement;
  readonly process?: ProcessRecord;
  readonly captured?: Captured;
  readonly result?: Result;
  /** What the program said through a tracking library, as far as it is known now; absent when it said nothing. */
  readonly reported?: Reported;
  /** Where it came from, of a run that somebody else shared. */
  readonly shared?: SharedRecord;
  readonly annotations: MergedAnnotations;
  /** Of the reproductions of this run, oldest first. */
  readonly verdicts: readonly Verdict[];
  /** Oldest first. */
  readonly requests: readonly (RunRequest & { readonly id: string })[];
  /** One line each: `plan.json is not JSON`. */
  readonly problems: readonly string[];
}
