import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workingContainers } from '../../../../src/environments/devcontainer/workingContainers.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe("the working containers of Podman's builds", () => {
  it('are those of the steps in the folder of the call, and nothing that only looks like one', async () => {
    await using folder = await temporaryFolder();
    const step = async (name: string, content: string): Promise<void> => {
      await mkdir(join(folder.path, name));
      await writeFile(join(folder.path, name, 'config.json'), content);
    };
    await step('buildah3201742404', JSON.stringify({ hostname: 'fefbf5b8a540', root: { path: '/x' } }));
    await step('buildah1', JSON.stringify({ hostname: '--all' }));
    await step('buildah2', JSON.stringify({ hostname: 'my-machine' }));
    await step('buildah3', '{"hostname": "0123456789');
    await step('buildah-cache', JSON.stringify({ hostname: '0123456789ab' }));
    await mkdir(join(folder.path, 'buildah4'));
    assert.deepEqual(await workingContainers(folder.path), ['fefbf5b8a540']);
    assert.deepEqual(await workingContainers(join(folder.path, 'none')), []);
  });
});
