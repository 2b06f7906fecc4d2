/** Starting runs: a command, a named experiment, or a script file. */
import * as vscode from 'vscode';
import type { CommandMemory } from '../commandMemory.ts';
import { commandIds } from '../ids.ts';
import type { OpenProject } from '../projects.ts';
import { selectedInterpreter } from '../pythonExtension.ts';
import type { RunsModel } from '../runsModel.ts';
import { readSettings } from '../settings.ts';
import type { RunStarter } from '../startRun.ts';
import type { StoreClient } from '../storeClient.ts';
import { requireTrust } from '../trust.ts';
import type { FoundInterpreter, NamedExperiment } from '../worker/launchRequests.ts';
import { askCommand } from './askCommand.ts';
import { chooseProject, projectOf } from './chooseProject.ts';
import type { CommandTable } from './commandHandler.ts';

export interface RunDependencies {
  readonly client: StoreClient;
  readonly model: RunsModel;
  readonly memory: CommandMemory;
  readonly starter: RunStarter;
}

export function runCommands({ client, model, memory, starter }: RunDependencies) {
  const findInterpreter = async (project: OpenProject): Promise<FoundInterpreter | undefined> => {
    const { folder, root } = project;
    return client.request('findInterpreter', {
      folder: folder.uri.fsPath,
      root,
      setting: readSettings(folder.uri).interpreter,
      selected: await selectedInterpreter(folder.uri),
    });
  };

  const startWords = async (
    project: OpenProject,
    argv: readonly string[],
    extra: {
      readonly cwd?: string;
      readonly experiment?: NamedExperiment;
      readonly interpreter?: FoundInterpreter | undefined;
    } = {},
  ): Promise<void> => {
    const { store, root, folder } = project;
    const { experiment, interpreter } = extra;
    await starter.start({
      store,
      root,
      cwd: extra.cwd ?? folder.uri.fsPath,
      argv,
      pythonHook: readSettings(folder.uri).recordFileUse,
      ...(interpreter === undefined ? {} : { interpreter: interpreter.path }),
      ...(experiment?.pinOutputs !== undefined || readSettings(folder.uri).pinOutputs
        ? { pinOutputs: experiment?.pinOutputs ?? true }
        : {}),
      ...(experiment === undefined
        ? {}
        : {
            experiment: experiment.name,
            tags: experiment.tags,
            inputs: experiment.inputs,
            outputs: experiment.outputs,
            ...(experiment.metricLines === undefined ? {} : { metricLines: experiment.metricLines }),
          }),
    });
  };

  const startFile = async (project: OpenProject, uri: vscode.Uri): Promise<void> => {
    const interpreter = await findInterpreter(project);
    const cwd = project.folder.uri.fsPath;
    const argv = await client.request('fileCommand', {
      path: uri.fsPath,
      cwd,
      interpreter: interpreter?.path,
    });
    await memory.remember(project.store, formatWords(argv, interpreter?.path));
    await startWords(project, argv, { interpreter });
  };

  return {
    [commandIds.runExperiment]: async () => {
      if (!(await requireTrust())) return;
      const project = await chooseProject(
        model,
        vscode.l10n.t('Run Experiment'),
        vscode.l10n.t('Choose the folder to run in'),
      );
      if (project === undefined) return;
      const interpreter = await findInterpreter(project);
      const choice = await askCommand({
        title: vscode.l10n.t('Run Experiment'),
        interpreter: interpreterText(interpreter, project),
        experiments: await client.request('namedExperiments', { root: project.root }),
        file: scriptOf(vscode.window.activeTextEditor, project),
        commands: memory.list(project.store),
        forget: command => memory.forget(project.store, command),
      });
      if (choice === undefined) return;
      await vscode.workspace.saveAll(false);
      switch (choice.kind) {
        case 'file':
          await startFile(project, choice.uri);
          return;
        case 'experiment': {
          const { experiment } = choice;
          if (experiment.problem !== undefined) throw new Error(experiment.problem);
          const argv = withInterpreter(experiment.argv, interpreter);
          await startWords(project, argv, { cwd: experiment.cwd, experiment, interpreter });
          return;
        }
        case 'command': {
          const { argv } = await client.request('splitCommand', { text: choice.text });
          await memory.remember(project.store, choice.text);
          await startWords(project, withInterpreter(argv, interpreter), { interpreter });
        }
      }
    },
    [commandIds.runFile]: async target => {
      if (!(await requireTrust())) return;
      const uri = target instanceof vscode.Uri ? target : vscode.window.activeTextEditor?.document.uri;
      if (uri?.scheme !== 'file') return;
      const project = projectOf(model, uri);
      if (project === undefined) {
        void vscode.window.showInformationMessage(
          vscode.l10n.t('Open the folder of this file to run it as an experiment.'),
        );
        return;
      }
      await vscode.workspace.saveAll(false);
      await startFile(project, uri);
    },
  } satisfies Partial<CommandTable>;
}

/** `python train.py` means the interpreter that was shown. */
function withInterpreter(
  argv: readonly string[],
  interpreter: FoundInterpreter | undefined,
): readonly string[] {
  const [program, ...args] = argv;
  if (interpreter === undefined || (program !== 'python' && program !== 'python3')) return argv;
  return [interpreter.path, ...args];
}

/** What is remembered reads as a person would type it. */
function formatWords(argv: readonly string[], interpreter: string | undefined): string {
  return argv
    .map((word, index) => (index === 0 && word === interpreter ? 'python' : word))
    .map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

function interpreterText(interpreter: FoundInterpreter | undefined, project: OpenProject): string {
  if (interpreter === undefined) return vscode.l10n.t('no Python found');
  const { path, source } = interpreter;
  const folder = project.folder.uri.fsPath;
  const shown = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
  switch (source) {
    case 'setting':
      return vscode.l10n.t('python is {0}, from the settings', shown);
    case 'python-extension':
      return vscode.l10n.t('python is {0}, selected in the Python extension', shown);
    case 'folder':
      return vscode.l10n.t('python is {0}', shown);
    case 'path':
      return vscode.l10n.t('python is {0}, from PATH', shown);
  }
}

function scriptOf(editor: vscode.TextEditor | undefined, project: OpenProject): vscode.Uri | undefined {
  if (editor === undefined || !['python', 'shellscript'].includes(editor.document.languageId))
    return undefined;
  const { uri } = editor.document;
  return uri.scheme === 'file' && uri.fsPath.startsWith(project.root) ? uri : undefined;
}
