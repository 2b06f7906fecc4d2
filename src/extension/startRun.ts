/** Starts runs from the editor and shows them in the tree. A run belongs to its supervisor, not to us. */
import * as vscode from 'vscode';
import type { Part } from '../protocol/reportProtocol.ts';
import type { ParameterValue } from '../runs/plan.ts';
import type { OpenProject } from './projects.ts';
import type { RunsModel } from './runsModel.ts';
import { runInView, runWithProgress } from './runWithProgress.ts';
import { readSettings } from './settings.ts';
import type { StoreClient } from './storeClient.ts';
import type { RunReference } from './worker/engineRequests.ts';
import type { AskedPlace, LaunchPlan } from './worker/launchRequests.ts';
import type { RunTool } from './worker/reproductionRequests.ts';
import type { RunRow } from './worker/runsView.ts';

/** All resolve with the id of the new run once it has begun. The caller has asked for trust. */
export interface RunStarter {
  start(plan: LaunchPlan): Promise<string>;
  again(row: RunRow, changes: Readonly<Record<string, ParameterValue>>): Promise<string>;
  reproduce(run: RunReference, part: Part): Promise<string>;
}

/** @param reveal Selects a run in the tree; never rejects. */
export function createRunStarter(
  client: StoreClient,
  model: RunsModel,
  tool: RunTool,
  reveal: (store: string, id: string) => Promise<void>,
): RunStarter {
  const shown = async (
    store: string,
    place: AskedPlace | undefined,
    launch: (signal?: AbortSignal) => Promise<string>,
  ): Promise<string> => {
    // A locked environment that is not in the cache yet is made first: that takes minutes.
    const id =
      place?.kind === 'python'
        ? await runWithProgress(vscode.l10n.t('Preparing the Python environment'), launch)
        : await runInView(() => launch());
    model.storeChanged({ store, runIds: new Set() });
    // Not waited for: what was asked for goes on, whether the tree shows the run or not.
    void reveal(store, id);
    return id;
  };
  const projectOf = (store: string): OpenProject | undefined =>
    model.snapshot.projects.find(candidate => candidate.store === store);
  return {
    start: plan => {
      const place = placeOf(projectOf(plan.store));
      return shown(plan.store, place, signal =>
        client.request('launch', { ...plan, place, ...tool }, signal),
      );
    },
    again: ({ store, run }, changes) => {
      const project = projectOf(store);
      const root = project?.root ?? '';
      const pythonHook = readSettings(project?.folder.uri).recordFileUse;
      const place = placeOf(project);
      return shown(store, place, signal =>
        client.request('rerun', { store, id: run.id, root, changes, pythonHook, place, ...tool }, signal),
      );
    },
    reproduce: ({ store, id }, part) => {
      const root = projectOf(store)?.root ?? '';
      return shown(store, undefined, signal =>
        client.request('reproduce', { store, id, root, part, ...tool }, signal),
      );
    },
  };
}

function placeOf(project: OpenProject | undefined): AskedPlace {
  const { runEnvironment, engine } = readSettings(project?.folder.uri);
  return { kind: runEnvironment, engine };
}
