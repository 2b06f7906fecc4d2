/** What earlier builds of a devcontainer leave, and who still needs it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downEnvironment } from '../../src/environments/devcontainer/downEnvironment.ts';
import { upEnvironment } from '../../src/environments/devcontainer/upEnvironment.ts';
import { neededImages } from '../../src/environments/lock/container/neededImages.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { builtConfig, devcontainerProject } from '../helpers/containers/devcontainerProject.ts';
import { engineSays } from '../helpers/containers/engineCommand.ts';
import { docker } from '../helpers/containers/testEngine.ts';

describe('images of earlier builds', () => {
  it('go with the container, but for those that a run or the lock needs', async function () {
    const engine = docker(this);
    const base = await baseImage(engine);
    const dockerfile = (): string => `FROM ${base}\nRUN echo ${randomUUID()} >/one\n`;
    await using project = await devcontainerProject(engine, {
      '.devcontainer/devcontainer.json': builtConfig(),
      '.devcontainer/Dockerfile': dockerfile(),
    });
    const { request, root } = project;
    const made: string[] = [];
    for (let build = 0; build < 3; build += 1) {
      await writeFile(join(root, '.devcontainer', 'Dockerfile'), dockerfile());
      const { container } = await upEnvironment(request);
      made.push(container.imageId);
      // By hand, so that nothing of ours sees to the image.
      if (build < 2) await engineSays(engine, ['rm', '--force', container.id]);
    }
    const store = join(root, '.git', 'lockstep');
    const run = join(store, 'runs', '00', '01JZZZZZZZZZZZZZZZZZ00K800');
    await mkdir(run, { recursive: true });
    await writeFile(
      join(run, 'plan.json'),
      JSON.stringify({ environment: { container: { imageId: made[0] } } }),
    );
    const { earlierImages } = await downEnvironment({
      ...{ ...request, remove: true, neededImages: () => neededImages(root, store) },
    });
    assert.deepEqual(
      earlierImages.map(({ id, bytes }) => [id, bytes > 0]),
      [[made[1], true]],
    );
    await assert.rejects(engineSays(engine, ['image', 'inspect', made[1] ?? '']));
    for (const id of [made[0], made[2]]) await engineSays(engine, ['rmi', '--force', id ?? '']);
  });
});
