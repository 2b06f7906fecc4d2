/** The Python interpreter that a run of a project would use: by setting, Python extension, folder, PATH. */
import { selectedInterpreter } from '../pythonExtension.ts';
import type { RunsModel } from '../runsModel.ts';
import { readSettings } from '../settings.ts';
import type { StoreClient } from '../storeClient.ts';

/** Absolute; undefined where there is none, or no such project. */
export async function interpreterOf(
  client: StoreClient,
  model: RunsModel,
  root: string,
): Promise<string | undefined> {
  const project = model.snapshot.projects.find(candidate => candidate.root === root);
  if (project === undefined) return undefined;
  const { uri } = project.folder;
  const found = await client.request('findInterpreter', {
    ...{ folder: uri.fsPath, root, setting: readSettings(uri).interpreter },
    selected: await selectedInterpreter(uri),
  });
  return found?.path;
}
