/** The Environment tree: draws the rows of what the model knows. */
import * as vscode from 'vscode';
import { commandIds } from '../ids.ts';
import type { EnvironmentModel } from './environmentModel.ts';
import type { EnvironmentRow } from './rows/environmentRow.ts';
import { environmentRows } from './rows/environmentRows.ts';

const { None, Expanded } = vscode.TreeItemCollapsibleState;

const colours = {
  warning: 'list.warningForeground',
  error: 'list.errorForeground',
  good: 'testing.iconPassed',
} as const;

/** A row with the one that it stands below. */
export interface EnvironmentNode {
  readonly row: EnvironmentRow;
  readonly parent: EnvironmentNode | undefined;
}

export class EnvironmentTree implements vscode.TreeDataProvider<EnvironmentNode> {
  readonly #model: EnvironmentModel;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #subscriptions: { dispose(): unknown }[];
  #drawn = '';
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(model: EnvironmentModel) {
    this.#model = model;
    this.#subscriptions = [
      this.#changed,
      model.onDidChange(() => {
        // A look that found everything as it was redraws nothing: the selection and the hover stay.
        const drawn = JSON.stringify(this.#rows());
        if (drawn === this.#drawn) return;
        this.#drawn = drawn;
        this.#changed.fire(undefined);
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  getTreeItem({ row }: EnvironmentNode): vscode.TreeItem {
    const item = new vscode.TreeItem(row.label, row.children.length > 0 ? Expanded : None);
    // A row that gets its first child is opened: the editor remembers by id that it was closed.
    item.id = row.children.length > 0 ? row.id : `${row.id}\n-`;
    item.description = row.description;
    item.iconPath = new vscode.ThemeIcon(
      row.icon,
      row.colour === undefined ? undefined : new vscode.ThemeColor(colours[row.colour]),
    );
    item.tooltip = [[row.label, row.description].filter(part => part !== '').join(': '), ...row.tooltip].join(
      '\n',
    );
    item.contextValue = row.context;
    item.accessibilityInformation = {
      label: row.spoken ?? [row.label, row.description].filter(part => part !== '').join(', '),
    };
    if (row.run !== undefined || row.file !== undefined)
      item.command = {
        ...{ command: commandIds.openEnvironmentRow, title: vscode.l10n.t('Show') },
        arguments: [row],
      };
    return item;
  }

  getParent({ parent }: EnvironmentNode): EnvironmentNode | undefined {
    return parent;
  }

  getChildren(node?: EnvironmentNode): EnvironmentNode[] {
    const rows = node === undefined ? this.#rows() : node.row.children;
    return rows.map(row => ({ row, parent: node }));
  }

  #rows(): readonly EnvironmentRow[] {
    return this.#model.snapshot.looked ? environmentRows(this.#model.snapshot, vscode.l10n) : [];
  }
}
