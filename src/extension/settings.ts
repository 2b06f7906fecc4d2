/** The settings, read through one typed door. Read when needed, so a change takes effect without a reload. */
import * as vscode from 'vscode';
import { settingKeys, settingsSection } from './ids.ts';

export interface Settings {
  /** '' where none is set. */
  readonly interpreter: string;
  readonly recordFileUse: boolean;
  readonly addCommand: boolean;
}

export function readSettings(scope?: vscode.Uri): Settings {
  const section = vscode.workspace.getConfiguration(settingsSection, scope);
  return {
    interpreter: section.get<string>(settingKeys.interpreter, ''),
    recordFileUse: section.get<boolean>(settingKeys.recordFileUse, true),
    addCommand: section.get<boolean>(settingKeys.addCommand, true),
  };
}
