import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { environmentFolder } from '../../../../src/environments/devcontainer/environmentFolder.ts';
import { environmentInputs } from '../../../../src/environments/devcontainer/environmentInputs.ts';
import { readDevcontainer } from '../../../../src/environments/devcontainer/readDevcontainer.ts';
import { changedFiles } from '../../../../src/execution/inside/newerFiles.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

it('a run names devcontainer.json and the Dockerfile when they changed after the container was made', async () => {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'a project');
  const write = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  };
  const config = '.devcontainer/devcontainer.json';
  const dockerfile = '.devcontainer/Dockerfile';
  await write(join(root, config), '{"build": {"dockerfile": "Dockerfile", "context": ".."}, "name": "a"}');
  await write(join(root, dockerfile), 'FROM debian\nCOPY . /src\n');
  await write(join(root, 'train.py'), 'print(1)');
  const places = environmentFolder(join(folder.path, 'cache'), root, config);
  const made = await environmentInputs(await readDevcontainer(root));
  const newer = async (): Promise<string[]> => changedFiles(await readDevcontainer(root), made.hash, places);
  assert.deepEqual(await newer(), [], 'of a container whose inputs nobody knows');
  await write(places.inputs(made.hash), JSON.stringify(made));
  assert.deepEqual(await newer(), []);
  await write(join(root, 'train.py'), 'print(2)');
  await write(join(root, config), '{"name": "b", "build": {"context": "..", "dockerfile": "Dockerfile"}}');
  assert.deepEqual(await newer(), [], 'neither the context nor what changes nothing');
  await write(join(root, dockerfile), 'FROM debian:12\n');
  assert.deepEqual(await newer(), [dockerfile]);
  await write(join(root, config), '{"image": "debian"}');
  assert.deepEqual(await newer(), [config]);
});
