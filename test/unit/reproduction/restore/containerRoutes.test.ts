/** What ran in a container stays in one, and an image is built from nothing but the code of the run. */
import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { requireNetworkKept } from '../../../../src/reproduction/reproduceRun.ts';
import { chooseEnvironmentRoute } from '../../../../src/reproduction/restore/environmentRoute.ts';
import { rebuildImage } from '../../../../src/reproduction/restore/rebuiltImage.ts';
import { planSchema, type Plan } from '../../../../src/runs/plan.ts';
import type { RunDetails } from '../../../../src/runs/runDetails.ts';
import { gitRepository } from '../../../helpers/gitRepository.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const { signal } = new AbortController();
const id = '01HZZZZZZZZZZZZZZZZZZZZZZA';

function planOf(tree: string, endpoint?: string): Plan {
  const unknown = { known: 'unknown', reason: 'not looked at' };
  const container = {
    ...{ engine: 'docker', id: 'original', imageId: 'sha256:abc', workspaceFolder: '/w', endpoint },
    ...{ repoDigests: [], network: 'bridge' },
  };
  return planSchema.parse({
    ...{ schemaVersion: 1, id, createdAt: '2026-01-01T00:00:00Z', toolVersion: '1', cwd: '' },
    ...{ argv: ['python', 'train.py'], stdin: 'empty', tty: false, parameters: {}, variables: {} },
    // Of its author.
    ...{ root: '/home/the author/project', interpreter: unknown, seed: unknown },
    code: {
      known: 'captured',
      value: {
        tree,
        changed: [],
        changedCount: 0,
        gaps: [],
        submodules: [],
        remotes: {},
        settings: {},
        rootCommits: [],
        headOnRemote: unknown,
      },
    },
    environment: endpoint === undefined ? { kind: 'host' } : { kind: 'devcontainer', container },
  });
}

describe('a run in a container', () => {
  it('goes to this machine only where that was said', async () => {
    await using repository = await gitRepository({ 'train.py': '' });
    const engine = createServer((_, answer) => {
      answer.statusCode = 404;
      answer.end('{"message":"no such image"}');
    });
    const socket = join(repository.home, 'e.sock');
    engine.listen(socket);
    await once(engine, 'listening');
    try {
      const routeOf = async (asked: 'recorded' | 'host'): Promise<string> => {
        const plan = planOf(await repository.git('rev-parse', 'HEAD^{tree}'), `unix://${socket}`);
        const captured = { packages: { known: 'captured', value: { list: 'a'.repeat(64) } } };
        const original = { id, plan, captured } as unknown as RunDetails;
        const { kind } = await chooseEnvironmentRoute({
          ...{ original, asked, signal, store: join(repository.root, '.git', 'lockstep') },
          ...{ codeRoot: repository.root, environment: {} },
        });
        return kind;
      };
      await assert.rejects(routeOf('recorded'), { code: 'image-gone', mend: /--env python/ });
      assert.equal(await routeOf('host'), 'host');
      // Built from the code, wherever that is here.
      await repository.write({ '.devcontainer/devcontainer.json': '{"image":"x"}' });
      await repository.commit();
      assert.equal(await routeOf('recorded'), 'image-rebuilt');
    } finally {
      engine.close();
    }
  });

  it('alone can be without network', () => {
    const inside = planOf('a'.repeat(40), 'unix:///e.sock');
    requireNetworkKept(inside, { network: false });
    requireNetworkKept(planOf('a'.repeat(40)), { network: true });
    for (const [plan, environment] of [
      [planOf('a'.repeat(40)), 'recorded'],
      [inside, 'host'],
      [inside, 'python'],
    ] as const)
      assert.throws(() => requireNetworkKept(plan, { network: false, environment }), {
        code: 'network-of-host',
      });
  });
});

describe('the image of a run', () => {
  it('is built from its code alone, with no command on this machine, and without network where none was asked', async () => {
    await using folder = await temporaryFolder();
    const person = join(folder.path, 'of the person');
    const programs = join(folder.path, 'programs');
    const told = join(folder.path, 'told');
    for (const one of [person, programs]) await mkdir(one);
    await writeFile(join(person, 'Dockerfile'), 'FROM scratch\n');
    await writeFile(
      join(programs, 'docker'),
      [
        '#!/bin/sh',
        `echo "$*" > "${told}"`,
        'while [ $# -gt 0 ]; do [ "$1" = --iidfile ] && echo sha256:built >"$2"; shift; done',
        'echo "Step 1/1 : FROM scratch"\n',
      ].join('\n'),
    );
    await chmod(join(programs, 'docker'), 0o755);
    const build = async (name: string, files: Record<string, string>, links: Record<string, string> = {}) => {
      const checkout = join(folder.path, 'checkouts', name);
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(checkout, path)), { recursive: true });
        await writeFile(join(checkout, path), content);
      }
      for (const [path, target] of Object.entries(links)) await symlink(target, join(checkout, path));
      return rebuildImage({
        ...{ checkout, engine: 'docker', endpoint: 'unix:///e.sock', network: false, signal },
        ...{ scratch: folder.path, recorded: 'sha256:recorded' },
        environment: { PATH: `${programs}:/bin:/usr/bin` },
      });
    };
    const config = '.devcontainer/devcontainer.json';
    const json = (value: object): string => JSON.stringify(value);
    const dockerfile = { '.devcontainer/Dockerfile': 'FROM scratch\n' };
    const evil = { initializeCommand: `touch "${person}/ran"` };
    assert.deepEqual(
      await build('honest', {
        ...dockerfile,
        [config]: json({ ...evil, build: { dockerfile: 'Dockerfile' } }),
      }),
      { id: 'sha256:built', proven: false, notes: [] },
    );
    assert.match(await readFile(told, 'utf8'), /--network none/);
    await assert.rejects(readFile(join(person, 'ran')), { code: 'ENOENT' });
    const refused = { code: 'image-not-rebuilt', message: /is not part of the code/ };
    const context = json({ build: { dockerfile: 'Dockerfile', context: 'src' } });
    await assert.rejects(
      build('a context', { ...dockerfile, [config]: context }, { '.devcontainer/src': person }),
      refused,
    );
    const linked = json({ build: { dockerfile: 'Dockerfile' } });
    await assert.rejects(
      build('a file', { [config]: linked }, { '.devcontainer/Dockerfile': join(person, 'Dockerfile') }),
      refused,
    );
  });
});
