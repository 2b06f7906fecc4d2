/** The Source Control group "Data": what was modified, what is not here, what is not pushed; each with its action. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PathStatus } from '../../data/operations/dataStatus.ts';
import { commandIds } from '../ids.ts';
import { changesText, fileCount, lackText, stateWord } from './dataWords.ts';
import type { DataModel, OpenPlace } from './dataModel.ts';

interface Shown {
  readonly control: vscode.SourceControl;
  readonly modified: vscode.SourceControlResourceGroup;
  readonly missing: vscode.SourceControlResourceGroup;
  readonly toPush: vscode.SourceControlResourceGroup;
}

/** What the inline actions are called with. */
export interface DataResource extends vscode.SourceControlResourceState {
  readonly root: string;
  readonly path: string;
}

export class DataSourceControl {
  readonly #model: DataModel;
  readonly #shown = new Map<string, Shown>();
  readonly #subscription: vscode.Disposable;

  constructor(model: DataModel) {
    this.#model = model;
    this.#subscription = model.onDidChange(() => this.#show());
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const { control } of this.#shown.values()) control.dispose();
  }

  #show(): void {
    const { places, views } = this.#model.snapshot;
    const wanted = new Map<string, OpenPlace>();
    for (const place of places) if (views.has(place.root)) wanted.set(place.root, place);
    for (const [root, { control }] of this.#shown) {
      if (wanted.has(root)) continue;
      control.dispose();
      this.#shown.delete(root);
    }
    for (const [root, place] of wanted) {
      const status = views.get(root)?.status;
      if (status === undefined) continue;
      const shown = this.#shown.get(root) ?? this.#create(place);
      const paths = status.paths.filter(({ notSelected }) => notSelected !== true);
      const modified = paths.filter(({ state }) => state === 'modified');
      const missing = paths.filter(({ state }) => state === 'missing' || state === 'partly');
      const toPush = paths.filter(({ notInRemote }) => (notInRemote?.files ?? 0) > 0);
      shown.modified.resourceStates = modified.map(path => resourceOf(root, path, 'modified'));
      shown.missing.resourceStates = missing.map(path => resourceOf(root, path, 'missing'));
      shown.toPush.resourceStates = toPush.map(path => resourceOf(root, path, 'toPush'));
      shown.control.count = modified.length + missing.length;
    }
  }

  #create(place: OpenPlace): Shown {
    const control = vscode.scm.createSourceControl(
      'lockstep-data',
      vscode.l10n.t('Data'),
      vscode.Uri.file(place.root),
    );
    control.inputBox.visible = false;
    const group = (id: string, label: string): vscode.SourceControlResourceGroup => {
      const made = control.createResourceGroup(id, label);
      made.hideWhenEmpty = true;
      return made;
    };
    const shown: Shown = {
      control,
      modified: group('modified', vscode.l10n.t('Modified')),
      missing: group('missing', vscode.l10n.t('Not Here')),
      toPush: group('toPush', vscode.l10n.t('To Push')),
    };
    this.#shown.set(place.root, shown);
    return shown;
  }
}

type Group = 'modified' | 'missing' | 'toPush';

/** To git these paths are ignored, and it paints their names so: the icon carries the state. */
const icons: Readonly<Record<Group, vscode.ThemeIcon>> = {
  modified: new vscode.ThemeIcon(
    'diff-modified',
    new vscode.ThemeColor('gitDecoration.modifiedResourceForeground'),
  ),
  missing: new vscode.ThemeIcon(
    'cloud-download',
    new vscode.ThemeColor('gitDecoration.deletedResourceForeground'),
  ),
  toPush: new vscode.ThemeIcon(
    'cloud-upload',
    new vscode.ThemeColor('gitDecoration.addedResourceForeground'),
  ),
};

function resourceOf(root: string, status: PathStatus, group: Group): DataResource {
  const resourceUri = vscode.Uri.file(join(root, status.path));
  const tooltip =
    group === 'toPush'
      ? vscode.l10n.t('{0} not in the remote', fileCount(status.notInRemote?.files ?? 0))
      : [stateWord(status.state), changesText(status), lackText(status)]
          .filter(part => part !== '')
          .join(' · ');
  return {
    root,
    path: status.path,
    resourceUri,
    contextValue: `${group} ${status.kind} ${status.folder ? 'folder' : 'file'}`,
    decorations: { tooltip, strikeThrough: false, faded: group === 'missing', iconPath: icons[group] },
    command: {
      command: group === 'modified' ? commandIds.compareData : commandIds.fetchData,
      title: group === 'modified' ? vscode.l10n.t('Compare') : vscode.l10n.t('Get Data'),
      arguments: [{ root, path: status.path }],
    },
  };
}
