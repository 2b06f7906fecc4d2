import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launchPlace, wordsInside } from '../../../src/extension/worker/launchPlace.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const nowhere = 'unix:///nowhere/engine.sock';
const never = new AbortController().signal;

describe('where a run of the editor executes', () => {
  const at = async (
    kind: Parameters<typeof launchPlace>[0]['kind'],
    hasDevcontainer: boolean,
  ): ReturnType<typeof launchPlace> => {
    await using folder = await temporaryFolder('with a space');
    if (hasDevcontainer) {
      await mkdir(join(folder.path, '.devcontainer'));
      await writeFile(join(folder.path, '.devcontainer', 'devcontainer.json'), '{"image":"x"}');
    }
    const variables = { PATH: process.env['PATH'], HOME: folder.path, XDG_CACHE_HOME: folder.path };
    return await launchPlace({ kind, engine: nowhere }, folder.path, variables, never);
  };

  for (const [kind, hasDevcontainer] of [
    ['host', true],
    ['auto', false],
    // Its engine does not answer, so nothing of it is up.
    ['auto', true],
  ] as const)
    it(`is this machine with ${kind}${hasDevcontainer ? ' and a devcontainer' : ''}`, async () =>
      assert.deepEqual(await at(kind, hasDevcontainer), { environment: { kind: 'host' } }));

  it('is refused where the devcontainer is asked for and no engine answers', () =>
    assert.rejects(at('devcontainer', true), { code: 'engine-stopped' }));
  it('is refused where the locked Python environment is asked for and there is no lock', () =>
    assert.rejects(at('python', false), { code: 'environment-lock-missing' }));

  const inside = { environment: { kind: 'devcontainer' } };
  for (const [argv, place, expected] of [
    [['/usr/bin/python3.11', 'a.py'], inside, ['python3', 'a.py']],
    [['/opt/conda/bin/python', 'a.py'], inside, ['/opt/conda/bin/python', 'a.py']],
    [['/usr/bin/python3.11', 'a.py'], { environment: { kind: 'host' } }, ['/usr/bin/python3.11', 'a.py']],
  ] as const)
    it(`turns ${argv[0]} into ${expected[0]} on ${place.environment.kind}`, () =>
      assert.deepEqual(wordsInside(argv, place, '/usr/bin/python3.11'), expected));
});
