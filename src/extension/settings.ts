/** The settings, read through one typed door. Read when needed, so a change takes effect without a reload. */
import * as vscode from 'vscode';
import { syncModes, type SyncMode } from '../data/sync/decideSync.ts';
import { settingKeys, settingsSection } from './ids.ts';

export interface Settings {
  /** '' where none is set. */
  readonly interpreter: string;
  readonly recordFileUse: boolean;
  readonly addCommand: boolean;
  /** Whether pinned files follow when HEAD moves. */
  readonly syncOnCheckout: SyncMode;
  /** Whether runs that the editor starts pin what they wrote when they have finished. */
  readonly pinOutputs: boolean;
}

export function readSettings(scope?: vscode.Uri): Settings {
  const section = vscode.workspace.getConfiguration(settingsSection, scope);
  return {
    interpreter: section.get<string>(settingKeys.interpreter, ''),
    recordFileUse: section.get<boolean>(settingKeys.recordFileUse, true),
    addCommand: section.get<boolean>(settingKeys.addCommand, true),
    syncOnCheckout: syncModes.find(mode => mode === section.get(settingKeys.syncOnCheckout)) ?? 'auto',
    pinOutputs: section.get<boolean>(settingKeys.pinOutputs, false),
  };
}
