/** The life of a devcontainer: start, rebuild, stop, remove, and going inside. */
import * as vscode from 'vscode';
import type { CommandTable } from '../../commands/commandHandler.ts';
import { oneLine } from '../../formatText.ts';
import { commandIds, devContainersExtension } from '../../ids.ts';
import type { RunsModel } from '../../runsModel.ts';
import { requireTrust } from '../../trust.ts';
import { readEngineChoice } from '../engineChoice.ts';
import type { EnvironmentClient } from '../environmentClient.ts';
import type { EnvironmentLog } from '../environmentLog.ts';
import type { EnvironmentModel } from '../environmentModel.ts';
import type { UpView } from '../host/environmentRequests.ts';
import { runEnvironmentTask } from '../runEnvironmentTask.ts';
import { rootOf } from './environmentTargets.ts';

export interface EnvironmentDependencies {
  readonly client: EnvironmentClient;
  readonly model: EnvironmentModel;
  readonly runs: RunsModel;
  readonly output: EnvironmentLog;
}

export function lifeCommands(parts: EnvironmentDependencies) {
  const { client, runs } = parts;
  return {
    [commandIds.startEnvironment]: async (...args) => {
      if (!(await requireTrust())) return;
      const root = await rootOf(runs, args, vscode.l10n.t('Start Environment'));
      if (root !== undefined) await startEnvironment(parts, root);
    },
    [commandIds.rebuildEnvironment]: async (...args) => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Rebuild Environment');
      const root = await rootOf(runs, args, title);
      if (root === undefined || !(await mayEnd(parts, root, title))) return;
      const chosen = await chooseConfig(parts, root);
      if (chosen === undefined) return;
      const outcome = await runEnvironmentTask(
        parts,
        vscode.l10n.t('Rebuilding the environment'),
        (signal, onProgress) =>
          client.request('rebuild', { root, ...chosen, ...readEngineChoice() }, signal, onProgress),
      );
      if (outcome !== undefined) tellUp(outcome);
    },
    [commandIds.stopEnvironment]: async (...args) => {
      if (!(await requireTrust())) return;
      const title = vscode.l10n.t('Stop Environment');
      const root = await rootOf(runs, args, title);
      if (root === undefined || !(await mayEnd(parts, root, title))) return;
      const stopped = await runEnvironmentTask(
        parts,
        vscode.l10n.t('Stopping the environment'),
        (signal, onProgress) =>
          client.request('down', { root, remove: false, ...readEngineChoice() }, signal, onProgress),
      );
      if (stopped?.length === 0)
        void vscode.window.showInformationMessage(vscode.l10n.t('No container of this project is running.'));
    },
    [commandIds.removeEnvironment]: async (...args) => {
      if (!(await requireTrust())) return;
      const root = await rootOf(runs, args, vscode.l10n.t('Remove Environment'));
      if (root === undefined) return;
      if (hasNoContainer(parts, root)) {
        tellNoContainer();
        return;
      }
      if (!(await confirmRemove(parts, root))) return;
      const removed = await runEnvironmentTask(
        parts,
        vscode.l10n.t('Removing the environment'),
        (signal, onProgress) =>
          client.request('down', { root, remove: true, ...readEngineChoice() }, signal, onProgress),
      );
      if (removed?.length === 0) tellNoContainer();
    },
    [commandIds.reopenInContainer]: async () => {
      if (!(await requireTrust())) return;
      if (vscode.extensions.getExtension(devContainersExtension) === undefined) {
        const search = vscode.l10n.t('Show Extension');
        const answer = await vscode.window.showInformationMessage(
          vscode.l10n.t('The Dev Containers extension, which opens a window inside, is not installed.'),
          search,
        );
        if (answer === search)
          await vscode.commands.executeCommand('workbench.extensions.search', devContainersExtension);
        return;
      }
      await vscode.commands.executeCommand('remote-containers.reopenInContainer');
    },
    [commandIds.openEnvironmentTerminal]: async (...args) => {
      if (!(await requireTrust())) return;
      const root = await rootOf(runs, args, vscode.l10n.t('Open Terminal in Environment'));
      if (root === undefined) return;
      const {
        program,
        args: words,
        environment,
      } = await client.request('terminal', {
        ...{ root, ...readEngineChoice() },
      });
      vscode.window
        .createTerminal({
          name: vscode.l10n.t('Environment'),
          iconPath: new vscode.ThemeIcon('vm-connect'),
          ...{ shellPath: program, shellArgs: [...words], env: { ...environment }, isTransient: true },
        })
        .show();
    },
  } satisfies Partial<CommandTable>;
}

export async function startEnvironment(parts: EnvironmentDependencies, root: string): Promise<void> {
  const chosen = await chooseConfig(parts, root);
  if (chosen === undefined) return;
  const outcome = await runEnvironmentTask(
    parts,
    vscode.l10n.t('Starting the environment'),
    (signal, onProgress) =>
      parts.client.request('up', { root, ...chosen, ...readEngineChoice() }, signal, onProgress),
  );
  if (outcome !== undefined) tellUp(outcome);
}

/** Undefined when the person leaves the question, which is asked only where a project has several devcontainers and none of them has a container. */
async function chooseConfig(
  { model }: EnvironmentDependencies,
  root: string,
): Promise<{ readonly config: string | undefined } | undefined> {
  const { project } = await model.lookAt(root);
  if (project.state?.container !== undefined) return { config: project.state.config };
  if (project.configs.length < 2) return { config: undefined };
  const picked = await vscode.window.showQuickPick([...project.configs], {
    title: vscode.l10n.t('Start Environment'),
    placeHolder: vscode.l10n.t('Choose a devcontainer'),
  });
  return picked === undefined ? undefined : { config: picked };
}

/** A container that runs is visible in the tree; only what is not as asked is told. */
function tellUp({ gpuProblem, warnings }: UpView): void {
  const text = [
    ...(gpuProblem === undefined
      ? []
      : [vscode.l10n.t('The environment runs without a GPU.'), gpuProblem.message, gpuProblem.mend ?? '']),
    ...warnings.slice(0, 3),
  ];
  if (text.length > 0) void vscode.window.showWarningMessage(oneLine(text.join(' '), 600));
}

/** Runs inside end with their container: asks where there are any. */
async function mayEnd({ model }: EnvironmentDependencies, root: string, action: string): Promise<boolean> {
  const count = runsInside(model, root);
  if (count === 0) return true;
  const answer = await vscode.window.showWarningMessage(
    count === 1
      ? vscode.l10n.t('1 run is under way in this environment.')
      : vscode.l10n.t('{0} runs are under way in this environment.', count),
    {
      modal: true,
      detail:
        count === 1
          ? vscode.l10n.t('It ends with its container.')
          : vscode.l10n.t('They end with their container.'),
    },
    action,
  );
  return answer === action;
}

async function confirmRemove({ model }: EnvironmentDependencies, root: string): Promise<boolean> {
  const remove = vscode.l10n.t('Remove');
  const count = runsInside(model, root);
  const detail = [
    vscode.l10n.t(
      'What was installed or written inside, outside the project, is lost. The project and its devcontainer.json stay.',
    ),
    ...(count === 0
      ? []
      : [
          count === 1
            ? vscode.l10n.t('1 run is under way inside and ends with it.')
            : vscode.l10n.t('{0} runs are under way inside and end with it.', count),
        ]),
  ].join(' ');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Remove the container of this project?'),
    { modal: true, detail },
    remove,
  );
  return answer === remove;
}

/** Where that is known; a container can outlive its devcontainer.json, and then nobody has looked. */
function hasNoContainer({ model }: EnvironmentDependencies, root: string): boolean {
  const found = model.snapshot.view.projects.find(project => project.root === root);
  return found?.state !== undefined && found.state.container === undefined && found.problem === undefined;
}

function tellNoContainer(): void {
  void vscode.window.showInformationMessage(vscode.l10n.t('This project has no container.'));
}

function runsInside({ snapshot }: EnvironmentModel, root: string): number {
  const container = snapshot.view.projects.find(project => project.root === root)?.state?.container?.id;
  return snapshot.inside.filter(run => run.container === container).length;
}
