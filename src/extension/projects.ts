/** The projects of this window: one for each store, however many folders or worktrees lead to it. */
import * as vscode from 'vscode';
import type { StoreClient } from './storeClient.ts';

export interface OpenProject {
  /** Absolute path of the store; identifies the project. */
  readonly store: string;
  /** Absolute: top folder of the working tree, or the folder itself outside git. */
  readonly root: string;
  readonly inGit: boolean;
  readonly hasStore: boolean;
  /** The first folder that led here. */
  readonly folder: vscode.WorkspaceFolder;
}

/** In the order of the workspace's folders. Folders without files on disk have no project. */
export async function findProjects(client: StoreClient): Promise<readonly OpenProject[]> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(folder => folder.uri.scheme === 'file');
  const found = await Promise.all(
    folders.map(async folder => ({
      ...(await client.request('locateProject', { folder: folder.uri.fsPath })),
      folder,
    })),
  );
  const byStore = new Map<string, OpenProject>();
  for (const project of found) if (!byStore.has(project.store)) byStore.set(project.store, project);
  return [...byStore.values()];
}
