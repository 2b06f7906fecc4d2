/** Every command of the manifest with its handler; the type of the table says when one is missing. */
import type * as vscode from 'vscode';
import { pinCommands } from '../data/commands/pinCommands.ts';
import { transferCommands } from '../data/commands/transferCommands.ts';
import { versionCommands } from '../data/commands/versionCommands.ts';
import type { DataParts } from '../data/openData.ts';
import { createCommand } from '../environment/commands/createCommand.ts';
import { lifeCommands } from '../environment/commands/lifeCommands.ts';
import { lockCommands } from '../environment/commands/lockCommands.ts';
import { environmentLookCommands } from '../environment/commands/lookCommands.ts';
import type { EnvironmentParts } from '../environment/openEnvironment.ts';
import type { CommandMemory } from '../commandMemory.ts';
import type { ComparisonDocuments } from '../documents/comparisonDocuments.ts';
import type { GitLogins } from '../gitLogins.ts';
import type { HealthModel } from '../healthModel.ts';
import type { LogDocuments } from '../documents/logDocuments.ts';
import type { RunPanels } from '../panelHost.ts';
import type { RunsModel } from '../runsModel.ts';
import type { RunsViewState } from '../runsViewState.ts';
import type { Reproductions } from '../reproductions.ts';
import type { RunStarter } from '../startRun.ts';
import type { StoreClient } from '../storeClient.ts';
import type { ExperimentsTree } from '../tree/experimentsTree.ts';
import type { TreeNode } from '../tree/treeNodes.ts';
import { againCommands } from './againCommands.ts';
import type { CommandTable } from './commandHandler.ts';
import { healthCommands } from './healthCommands.ts';
import { importCommands } from './importCommands.ts';
import { keepCommands } from './keepCommands.ts';
import { lookCommands } from './lookCommands.ts';
import { createRunPicker } from './pickRuns.ts';
import { reproduceCommands } from './reproduceCommands.ts';
import { runCommands } from './runCommands.ts';
import { shareCommands } from './shareCommands.ts';
import { supportCommands } from './supportCommands.ts';
import { viewCommands } from './viewCommands.ts';

export interface CommandDependencies {
  readonly client: StoreClient;
  readonly logins: GitLogins;
  readonly model: RunsModel;
  readonly viewState: RunsViewState;
  readonly tree: ExperimentsTree;
  readonly view: vscode.TreeView<TreeNode>;
  readonly logs: LogDocuments;
  readonly comparisons: ComparisonDocuments;
  readonly starter: RunStarter;
  readonly reproductions: Reproductions;
  readonly health: HealthModel;
  readonly memory: CommandMemory;
  readonly panels: RunPanels;
  readonly log: vscode.LogOutputChannel;
  readonly version: string;
  /** `publisher.name`. */
  readonly extensionId: string;
  readonly data: DataParts;
  readonly environment: EnvironmentParts;
  readonly reveal: (store: string, id: string) => Promise<void>;
}

export function allCommands(parts: CommandDependencies): CommandTable {
  const { client, model, viewState, tree, view, logs, comparisons, starter, memory, panels, data } = parts;
  const pick = createRunPicker(client, model, () => view.selection);
  const environment = { ...parts.environment, runs: model };
  const revealRun = (store: string, id: string): void => {
    // The tree is read again first: the run may have come a moment ago.
    model.storeChanged({ store, runIds: new Set() });
    void parts.reveal(store, id);
  };
  return {
    ...runCommands({ client, model, memory, starter }),
    ...againCommands({ client, model, pick, starter }),
    ...reproduceCommands({ pick, panels, reproductions: parts.reproductions }),
    ...lookCommands({ client, model, pick, logs, comparisons, panels }),
    ...importCommands({ client, model, log: parts.log, version: parts.version }),
    ...keepCommands(client, model, pick),
    ...healthCommands(parts.health, model),
    ...shareCommands({
      ...{ client, logins: parts.logins, model, pick },
      toolVersion: parts.version,
      extensionId: parts.extensionId,
    }),
    ...viewCommands(client, model, viewState, tree),
    ...transferCommands({ ...data, log: parts.log }),
    ...pinCommands({ ...data, log: parts.log }),
    ...versionCommands({
      ...{ client: data.client, model: data.model, runs: client },
      revealRun,
    }),
    ...createCommand(environment),
    ...lifeCommands(environment),
    ...lockCommands(environment, parts.version),
    ...environmentLookCommands(environment, revealRun),
    ...supportCommands(model, parts.log, parts.version),
  };
}
