/** The settings, read through one typed door. Read when needed, so a change takes effect without a reload. */
import * as vscode from 'vscode';
import { syncModes, type SyncMode } from '../data/sync/decideSync.ts';
import { settingKeys, settingsSection } from './ids.ts';

/** Where runs that the editor starts execute; `auto`: in the devcontainer when it is up, else on this machine. */
export const runEnvironments = ['auto', 'host', 'devcontainer', 'python'] as const;
export type RunEnvironmentSetting = (typeof runEnvironments)[number];

export const forecastSettings = ['show', 'whenNeeded', 'skip'] as const;
export type ForecastSetting = (typeof forecastSettings)[number];

export interface Settings {
  /** '' where none is set. */
  readonly interpreter: string;
  readonly recordFileUse: boolean;
  readonly addCommand: boolean;
  /** Whether pinned files follow when HEAD moves. */
  readonly syncOnCheckout: SyncMode;
  /** Whether runs that the editor starts pin what they wrote when they have finished. */
  readonly pinOutputs: boolean;
  readonly runEnvironment: RunEnvironmentSetting;
  /** Whether reproducing begins with the forecast: always, where something is not here, or never. */
  readonly forecast: ForecastSetting;
  /** `docker`, `podman`, an endpoint or the name of a Docker context; '' for the first that is found. */
  readonly engine: string;
  /** `auto`, `none`, or indexes and UUIDs with commas between. */
  readonly gpus: string;
}

export function readSettings(scope?: vscode.Uri): Settings {
  const section = vscode.workspace.getConfiguration(settingsSection, scope);
  return {
    interpreter: section.get<string>(settingKeys.interpreter, ''),
    recordFileUse: section.get<boolean>(settingKeys.recordFileUse, true),
    addCommand: section.get<boolean>(settingKeys.addCommand, true),
    syncOnCheckout: syncModes.find(mode => mode === section.get(settingKeys.syncOnCheckout)) ?? 'auto',
    pinOutputs: section.get<boolean>(settingKeys.pinOutputs, false),
    runEnvironment: runEnvironments.find(kind => kind === section.get(settingKeys.runEnvironment)) ?? 'auto',
    forecast: forecastSettings.find(kind => kind === section.get(settingKeys.forecast)) ?? 'show',
    engine: section.get<string>(settingKeys.engine, ''),
    gpus: section.get<string>(settingKeys.gpus, 'auto'),
  };
}
