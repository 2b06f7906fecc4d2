/** What a record may ask of an engine: everything where it was made here, nothing that makes its author root elsewhere. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import fc from 'fast-check';
import { isMarkedHere, markPlan } from '../../../../src/execution/capture/markPlan.ts';
import { checkoutLayout } from '../../../../src/reproduction/restore/checkoutLayout.ts';
import { passedSettings } from '../../../../src/reproduction/restore/passedSettings.ts';
import { makeReproductionContainer } from '../../../../src/reproduction/restore/reproductionContainer.ts';
import { planSchema } from '../../../../src/runs/plan.ts';
import type { Plan } from '../../../../src/runs/plan.ts';
import { runPaths } from '../../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const id = `01HZZZZZZZZZZZZZZZZZZZZZZA`;

function planOf(root: string, endpoint: string, mounts: readonly string[]): Plan {
  return planSchema.parse({
    ...{ schemaVersion: 1, id, createdAt: '2026-01-01T00:00:00Z', toolVersion: '1', root, cwd: '' },
    ...{ argv: ['python', 'train.py'], stdin: 'empty', tty: false, parameters: {}, variables: {} },
    ...{ interpreter: unknown, code: unknown, seed: unknown },
    environment: {
      kind: 'devcontainer',
      container: {
        ...{ engine: 'docker', id: 'original', imageId: 'sha256:abc', workspaceFolder: '/w', endpoint },
        ...{ network: 'host', passed: { ShmSize: 1e9, CapAdd: ['SYS_PTRACE'], Privileged: true } },
        mounts: [
          ...mounts.map(source => ({ type: 'bind', source, target: `/mnt${source}` })),
          { type: 'volume', source: 'a-volume', target: '/volume' },
        ],
      },
    },
  });
}

const unknown = { known: 'unknown', reason: 'not looked at' };

describe('the container of a reproduction', () => {
  it('has what the run had where the record was made here, and no rights that somebody else wrote', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'the project');
    const store = join(root, '.git', 'lockstep');
    const outside = join(folder.path, 'outside');
    for (const one of [join(root, 'data'), outside, runPaths(store, id).dir])
      await mkdir(one, { recursive: true });
    const large = join(root, 'data', 'large.bin');
    await writeFile(large, 'x');
    const bodies: unknown[] = [];
    const engine = createServer((question, answer) => {
      void (async () => {
        const body = await text(question);
        if (question.url?.startsWith('/containers/create') === true) bodies.push(JSON.parse(body));
        const list = question.url?.startsWith('/containers/json') === true;
        const label = JSON.stringify([{ remoteEnv: { TOKEN: '${localEnv:TOKEN}' } }]);
        const Config = { Labels: { 'devcontainer.metadata': label } };
        answer.end(JSON.stringify(list ? [] : { Id: 'made', Image: 'x', State: { Running: true }, Config }));
      })();
    });
    const socket = join(folder.path, 'e.sock');
    engine.listen(socket);
    await once(engine, 'listening');
    try {
      const make = async (plan: Plan) => {
        const { caps, variables } = await makeReproductionContainer({
          ...{ plan, store, id, workspace: root, paths: runPaths(store, id), network: true },
          layout: checkoutLayout(join(folder.path, 'checkout'), root),
          ...{ environmentFolders: [], linked: [large], environment: { HOME: folder.path, TOKEN: 'secret' } },
          signal: new AbortController().signal,
        });
        const { HostConfig } = bodies.pop() as {
          HostConfig: Record<string, unknown> & { Mounts: { Source: string; Target: string }[] };
        };
        const { Mounts, ...others } = HostConfig;
        const targets = Mounts.map(({ Target }) => Target).filter(one => /^\/(?:mnt|volume)/.test(one));
        const shown = [root, large].filter(one => Mounts.some(({ Source }) => Source === one));
        return { caps, others, targets, shown, token: variables['TOKEN'] };
      };
      const plan = planOf(root, `unix://${socket}`, [join(root, 'data'), outside]);
      // As it is read again.
      const own = planSchema.parse(JSON.parse(JSON.stringify(await markPlan(store, plan))));
      assert.equal(await isMarkedHere(store, own), true);
      assert.deepEqual(await make(own), {
        caps: ['the container could not be given Privileged'],
        others: { ShmSize: 1e9, CapAdd: ['SYS_PTRACE'], NetworkMode: 'host' },
        targets: [`/mnt${root}/data`, `/mnt${outside}`, '/volume'],
        ...{ shown: [root], token: 'secret' },
      });
      const foreign = {
        caps: [
          `the run was not recorded here, so its container was not given CapAdd, Privileged, the network of the host, the mount of ${join(root, 'data')}, the mount of ${outside}, the mount of a-volume`,
        ],
        others: { ShmSize: 1e9, NetworkMode: 'bridge' },
        // Nothing of the workspace but the data that it was given.
        ...{ targets: [], shown: [large], token: '' },
      };
      assert.deepEqual(await make(plan), foreign);
      // Another command under the mark of one that was run here.
      assert.deepEqual(await make({ ...own, argv: ['sh', '-c', 'evil'] }), foreign);
    } finally {
      engine.close();
    }
  });

  it('is given no setting that is not known, whatever a record says', () => {
    const names = fc.constantFrom(
      'Privileged',
      'Binds',
      'PidMode',
      'CapAdd',
      'Devices',
      'ShmSize',
      '__proto__',
    );
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue()), fc.boolean(), (recorded, trusted) => {
        const { settings } = passedSettings(recorded, trusted);
        for (const name of Object.keys(settings))
          assert.ok(
            (trusted ? ['CapAdd', 'Devices', 'ShmSize'] : ['Devices', 'ShmSize']).includes(name),
            name,
          );
      }),
    );
    const devices = (...paths: string[]): object => ({ Devices: paths.map(PathOnHost => ({ PathOnHost })) });
    for (const path of ['/dev/sda', '/dev/nvidia0/../sda', '/dev/mem'])
      assert.deepEqual(
        passedSettings(devices('/dev/nvidia0', path) as never, false).dropped,
        ['Devices'],
        path,
      );
    const gpu = devices('/dev/nvidia0', '/dev/nvidia-caps/nvidia-cap1', '/dev/dri/renderD128', '/dev/kfd');
    assert.deepEqual(passedSettings(gpu as never, false), { settings: gpu, dropped: [] });
  });
});
