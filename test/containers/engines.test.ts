/** The engines that container tests rely on do what those take for granted. */
import assert from 'node:assert/strict';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { engineSays } from '../helpers/containers/engineCommand.ts';
import { docker, podman, registry, type TestEngine } from '../helpers/containers/testEngine.ts';

describe('the engines of container tests', function () {
  const engines: readonly [string, (context: Mocha.Context) => TestEngine | Promise<TestEngine>][] = [
    ['Docker', docker],
    ['Podman', podman],
  ];

  for (const [name, find] of engines)
    it(`runs a container and lets it out: ${name}`, async function () {
      const engine = await find(this);
      const image = await baseImage(engine);
      // The host that its packages come from, whichever that is.
      const ask =
        'import re, socket; h = re.search("https?://([^/ ]+)", open("/etc/apt/sources.list").read())[1]; ' +
        'socket.create_connection((h.split(":")[0], 80), 20); print("out")';
      const words = await engineSays(engine, ['run', '--rm', image, 'python3', '-c', ask]);
      assert.equal(words, 'out');
    });

  it('keeps images in the registry', async function () {
    const engine = docker(this);
    const address = registry(this);
    const name = `${address}/lab/base:1`;
    await engineSays(engine, ['tag', await baseImage(engine), name]);
    await engineSays(engine, ['push', '--quiet', name]);
    const answer = await fetch(`http://${address}/v2/lab/base/tags/list`);
    assert.deepEqual(await answer.json(), { name: 'lab/base', tags: ['1'] });
    await engineSays(engine, ['rmi', name]);
  });
});
