/** Requests about comparing runs, and running them again. Plain data; part of EngineRequests. */
import type { ParameterValue } from '../../runs/plan.ts';
import type { Request } from '../thread/threadMessages.ts';
import type { RunReference } from './engineRequests.ts';
import type { AskedPlace } from './launchRequests.ts';

export interface ChangeableParameter {
  readonly name: string;
  readonly value: ParameterValue;
  /** Where its value stands: changeable in the command, or a file to be edited, or only reported by the script. */
  readonly place: 'command' | 'file' | 'reported';
  /** For `file`: relative to the root. */
  readonly path?: string;
}

export interface CompareRequests {
  /** Runs compared, as text: the page of one `column`, or without one a table of all. */
  comparison: Request<
    { readonly store: string; readonly ids: readonly string[]; readonly column?: number },
    string
  >;
  /** What can be changed in a run before it is run again. */
  changeableParameters: Request<RunReference, readonly ChangeableParameter[]>;
  /** Runs the command of a recorded run in the workspace as it is now; resolves with the new id. */
  rerun: Request<
    RunReference & {
      readonly root: string;
      readonly changes: Readonly<Record<string, ParameterValue>>;
      readonly pythonHook: boolean;
      readonly place: AskedPlace;
      readonly supervisorScript: string;
      readonly toolVersion: string;
    },
    string
  >;
}
