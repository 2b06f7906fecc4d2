import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../../../src/environments/engine/engine.ts';
import {
  noteWorkingContainers,
  removeWorkingContainers,
  workingContainers,
} from '../../../../src/environments/devcontainer/workingContainers.ts';
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

  it('go only where Buildah made them, after the call began: an image may choose what a step is called', async function () {
    if (process.platform === 'win32') this.skip();
    await using folder = await temporaryFolder();
    const id = (start: string): string => start.padEnd(64, '0');
    const [own, earlier, database] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'];
    const listed = join(folder.path, 'list.json');
    const list = (...containers: [start: string, command: string[] | null][]): Promise<void> =>
      writeFile(listed, JSON.stringify(containers.map(([start, Command]) => ({ Id: id(start), Command }))));
    const program = join(folder.path, 'podman');
    const script = `#!/bin/sh\ncd "$(dirname "$0")"\ncase $1 in ps) cat list.json ;; *) echo "$*" >>told ;; esac\n`;
    await writeFile(program, script, { mode: 0o755 });
    const told = (): Promise<string> => readFile(join(folder.path, 'told'), 'utf8').catch(() => '');
    const engine = { kind: 'podman', program, environment: {} } as unknown as Engine;
    const temporary = join(folder.path, 'call');
    await mkdir(temporary);
    for (const [at, hostname] of [own, earlier, database].entries()) {
      await mkdir(join(temporary, `buildah${at}`));
      await writeFile(join(temporary, `buildah${at}`, 'config.json'), JSON.stringify({ hostname }));
    }

    await list([own, ['buildah']]);
    await removeWorkingContainers(engine, {}, temporary);
    assert.equal(await told(), '', 'what was there before is not known');

    await list([earlier, ['buildah']], [database, ['postgres']]);
    await noteWorkingContainers(engine, {}, temporary);
    await list([own, ['buildah']], [earlier, ['buildah']], [database, null], ['dddddddddddd', ['buildah']]);
    await removeWorkingContainers(engine, {}, temporary);
    assert.equal(await told(), `rm --force ${id(own)}\n`);
  });
});
