/** Templates are what the reference program takes them for, and become a container in which the project's packages are. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { runCommand } from '../../src/base/runCommand.ts';
import { applyTemplate } from '../../src/environments/templates/applyTemplate.ts';
import { readTemplates, templatesFolder } from '../../src/environments/templates/readTemplates.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { engineCommand, engineSays } from '../helpers/containers/engineCommand.ts';
import { packageIndex, uvWheel } from '../helpers/containers/packageIndex.ts';
import { docker, podman, registry } from '../helpers/containers/testEngine.ts';
import { folderContent } from '../helpers/folderContent.ts';
import { cliProject } from '../helpers/lockstepCli.ts';
import { scrubbedEnvironment } from '../helpers/scrubbedEnvironment.ts';
import { soak } from '../helpers/soak.ts';
import { temporaryFolder } from '../helpers/temporaryFolder.ts';

const devcontainer = join(projectRoot, 'node_modules', '@devcontainers', 'cli', 'devcontainer.js');

describe('the templates', function () {
  this.timeout(300_000);

  it('can be published as they are, and are applied from a folder as from a registry, byte by byte', async function () {
    const address = registry(this);
    await using folder = await temporaryFolder();
    const run = async (words: readonly string[]): Promise<void> => {
      const { exitCode, stderr } = await runCommand({
        program: process.execPath,
        args: [devcontainer, 'templates', ...words],
        cwd: folder.path,
        env: scrubbedEnvironment(folder.path),
        timeoutMs: 120_000,
      });
      assert.equal(exitCode, 0, stderr);
    };
    await run(['publish', '--registry', address, '--namespace', 'lab/templates', templatesFolder()]);

    const omitPaths = ['.devcontainer/install-project.sh'];
    const options = { pythonVersion: '3.11', sharedMemory: '1g' };
    for (const { id, folder: template } of await readTemplates()) {
      const [theirs, ours] = [join(folder.path, `${id} theirs`), join(folder.path, `${id} ours`)];
      for (const made of [theirs, ours]) await mkdir(made);
      const words = ['--template-args', JSON.stringify(options), '--omit-paths', JSON.stringify(omitPaths)];
      await run([
        'apply',
        '--workspace-folder',
        theirs,
        '--template-id',
        `${address}/lab/templates/${id}`,
        ...words,
      ]);
      await applyTemplate(template, options, ours, { omitPaths });
      const made = folderContent(ours);
      assert.ok(Object.keys(made).length >= 3, id);
      assert.deepEqual(made, folderContent(theirs));
    }
  });

  // Containers of both engines come up in many other tests; this one builds for a third of a minute on each.
  for (const kind of soak ? (['docker', 'podman'] as const) : (['docker'] as const))
    it(`become a container with the packages of the project, from a mirror, on ${kind}`, async function () {
      const engine = kind === 'docker' ? docker(this) : await podman(this);
      const user = kind === 'docker' ? 'vscode' : 'root';
      const uv = await uvWheel('0.13.9');
      if (uv === undefined) this.skip();
      await using project = await cliProject({
        'requirements.txt': '-r requirements/base.txt\n',
        'requirements/base.txt': 'lab-package\n',
      });
      const wheels = join(project.root, '..', 'wheels');
      await mkdir(wheels);
      await writeWheel(wheels);
      await using index = await packageIndex([uv, wheels]);
      const image = 'lockstep-test/python:3.11-bookworm';
      await engineSays(engine, ['tag', await baseImage(engine), image]);

      const words = ['baseImage=lockstep-test/python', 'pythonVersion=3.11', 'imageVariant=bookworm'];
      const created = await project.lockstep([
        ...['env', 'create', 'python-cpu'],
        ...words.flatMap(one => ['-o', one]),
      ]);
      assert.equal(created.code, 0, created.stderr);
      // The base has all but ssh, which only a package source would have; volumes of its own; the host's network for the mirror.
      await edit(join(project.root, '.devcontainer', 'Dockerfile'), text =>
        text.replace('openssh-client ', ''),
      );
      await edit(join(project.root, '.devcontainer', 'devcontainer.json'), text =>
        text
          .replace('"context": "..",', '"context": "..", "options": ["--network=host"],')
          .replaceAll('source=lockstep-', 'source=lockstep-test-')
          // Podman before 4.5 keeps user ids only without root; with a limit of ours it forgets those that it was set up with.
          .replace('"remoteUser": "vscode"', `"remoteUser": "${user}"`)
          .replace(', "--ulimit=stack=67108864"', kind === 'docker' ? '$&' : ''),
      );

      const up = await runCommand({
        program: process.execPath,
        args: [
          ...[devcontainer, 'up', '--workspace-folder', project.root, '--docker-path', engine.program],
          ...['--gpu-availability', 'none', '--buildkit', 'never'],
        ],
        cwd: project.root,
        // A temporary folder of its own: the program writes into one that all of a user's share.
        env: { ...project.environment, ...engine.environment, PIP_INDEX_URL: index.url, TMPDIR: wheels },
        timeoutMs: 240_000,
      });
      assert.equal(up.exitCode, 0, up.stderr.slice(-6000));
      const { containerId } = z
        .object({ containerId: z.string() })
        .parse(JSON.parse(up.stdout.toString('utf8').trim().split('\n').at(-1) ?? ''));
      try {
        const inside = (script: string): Promise<string> =>
          engineSays(engine, ['exec', '--user', user, containerId, 'sh', '-c', script]);
        assert.equal(
          await inside('python -c "import lab_package as l; print(l.word, l.__file__.split(\'/lib/\')[0])"'),
          'found /opt/venv',
        );
        assert.equal(
          await inside('id -un; readlink ~/.cache/uv; [ -w ~/.cache/huggingface ] && echo writable'),
          `${user}\n/cache/uv/` + (await inside('id -u')) + '\nwritable',
        );
        assert.equal(
          await inside(
            'find /opt/venv ! -user vscode ! -group environment | head -1; df -k /dev/shm | tail -1 | cut -c1-3',
          ),
          'shm',
        );
        assert.deepEqual([...index.asked].sort(), ['lab-package', 'uv']);
      } finally {
        const made = await engineSays(engine, ['inspect', '--format', '{{.Config.Image}}', containerId]);
        await runCommand(engineCommand(engine, ['rm', '--force', containerId]));
        await runCommand(engineCommand(engine, ['rmi', '--force', made, made.replace(/-uid$/, ''), image]));
        for (const cache of ['pip', 'uv', 'huggingface', 'torch'])
          await runCommand(engineCommand(engine, ['volume', 'rm', `lockstep-test-${cache}`]));
      }
    });
});

/** A package of one line, as `pip wheel` would make it. */
async function writeWheel(folder: string): Promise<void> {
  const script = `
import zipfile, sys
with zipfile.ZipFile(sys.argv[1] + '/lab_package-1.0-py3-none-any.whl', 'w') as z:
    info = 'lab_package-1.0.dist-info/'
    z.writestr('lab_package.py', 'word = "found"\\n')
    z.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: lab-package\\nVersion: 1.0\\n')
    z.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    z.writestr(info + 'RECORD', '')
`;
  const { exitCode, stderr } = await runCommand({ program: 'python3', args: ['-c', script, folder] });
  assert.equal(exitCode, 0, stderr);
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(path, 'utf8');
  const after = change(before);
  assert.notEqual(after, before, path);
  await writeFile(path, after);
}
