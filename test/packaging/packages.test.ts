/** What users get, file by file: a file that is not on these lists is not shipped, and one that is missing is noticed. */
import assert from 'node:assert/strict';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import * as z from 'zod';
import { packCommandLine } from '../../scripts/packaging/packCommandLine.ts';
import { npm } from '../../scripts/provision/npm.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { findProcessTree } from '../../src/base/processTree.ts';
import { runCommand } from '../../src/base/runCommand.ts';
import { packedExtension } from '../helpers/packedExtension.ts';
import { scrubbedEnvironment } from '../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../helpers/temporaryFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const bundles = ['cli.cjs', 'supervisor.cjs', 'data-worker.cjs', 'engine.cjs'];

/** Loaded by those whose remote speaks them. */
const clients = ['azure.cjs', 'gcs.cjs', 's3.cjs'];

/** Started as a program, with what it looks for beside itself and the licences of what is in it. */
const devcontainersCli = [
  'LICENSE.txt',
  'ThirdPartyNotices.txt',
  'devcontainer.js',
  'dist/spec-node/devContainersSpecCLI.js',
  'package.json',
  'scripts/updateUID.Dockerfile',
];

const inExtension = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/LICENSE.txt',
  'extension/changelog.md',
  'extension/dist/THIRD-PARTY-NOTICES.txt',
  'extension/dist/bin/lockstep',
  'extension/dist/bin/lockstep.cmd',
  ...[...bundles, 'extension.cjs', 'panels.cjs', 'worker.cjs', 'data-host.cjs', 'environment-host.cjs'].map(
    name => `extension/dist/${name}`,
  ),
  'extension/dist/pythonHook/child_programs.py',
  'extension/dist/pythonHook/collect_facts.py',
  'extension/dist/pythonHook/exchange_code.py',
  'extension/dist/pythonHook/keep_earlier.py',
  'extension/dist/pythonHook/keep_read_only.py',
  'extension/dist/pythonHook/record_operations.py',
  'extension/dist/pythonHook/see_hosts.py',
  'extension/dist/pythonHook/see_seeds.py',
  'extension/dist/pythonHook/sitecustomize.py',
  'extension/dist/pythonHook/sqlite_uri.py',
  ...['jax-cuda', 'python-cpu', 'pytorch-cuda', 'pytorch-rocm', 'tensorflow-cuda'].flatMap(id =>
    [
      ...['Dockerfile', 'Dockerfile.dockerignore', 'devcontainer.json', 'install-project.sh'].map(
        file => `.devcontainer/${file}`,
      ),
      ...['NOTES.md', 'README.md', 'devcontainer-template.json'],
    ].map(file => `extension/dist/devcontainer-templates/${id}/${file}`),
  ),
  ...devcontainersCli.map(name => `extension/dist/devcontainers-cli/${name}`),
  ...clients.map(name => `extension/dist/remotes/${name}`),
  ...['charts', 'media', 'report'].flatMap(name => [
    `extension/dist/webview/${name}.css`,
    `extension/dist/webview/${name}.js`,
  ]),
  'extension/l10n/bundle.l10n.json',
  ...['icon.png', 'lockstep.svg'].map(name => `extension/media/${name}`),
  ...['reproduce', 'run', 'watch'].map(name => `extension/media/walkthrough-${name}.svg`),
  'extension/package.json',
  'extension/package.nls.json',
  'extension/readme.md',
  'extension/schemas/lockstep.schema.json',
].sort();

const inCommandLine = [
  'LICENSE',
  'README.md',
  'THIRD-PARTY-NOTICES.txt',
  'devcontainer-templates',
  'devcontainers-cli',
  'package.json',
  'pythonHook',
  'remotes',
  ...bundles,
].sort();

/** Raised on purpose only: what a person waits for on a slow line. */
// 440 KiB of it are the devcontainer program; what the command line, the supervisor, the worker and the thread of the
// Environment view each have of the environments' rooms is 500; what the worker and the supervisor have of forecasts,
// causes and sharing 300.
const extensionBudgetKiB = 3900;

describe('the packages', function () {
  this.timeout(120_000);

  it('hold exactly these files: the extension', async () => {
    const entries = await zipEntries(await packedExtension());
    assert.deepEqual(entries.map(({ name }) => name).sort(), inExtension);
    const program = entries.find(({ name }) => name === 'extension/dist/bin/lockstep');
    assert.equal((program?.mode ?? 0) & 0o111, 0o111, 'the lockstep command is executable');
  });

  it('stay within their budget', async () => {
    const { size } = await stat(await packedExtension());
    assert.ok(size <= extensionBudgetKiB * 1024, `${Math.ceil(size / 1024)} KiB`);
  });

  it('name nothing of the machine they were made on', async () => {
    for (const name of [
      ...bundles,
      'extension.cjs',
      'panels.cjs',
      'worker.cjs',
      'webview/charts.js',
      'webview/media.js',
      'webview/report.js',
    ]) {
      const text = await readFile(join(projectRoot, 'dist', name), 'utf8');
      assert.equal(text.includes(projectRoot), false, name);
    }
  });

  it('install as a command line of their own, without network, and run on the Node of this machine', async () => {
    await using folder = await temporaryFolder();
    const prefix = join(folder.path, 'prefix');
    const home = join(folder.path, 'home');
    for (const made of [prefix, home]) await mkdir(made);
    const packed = await packCommandLine(folder.path);
    await npm(['install', '--offline', '--prefix', prefix, packed], folder.path);
    const installed = join(prefix, 'node_modules', 'lockstep-cli');
    const list = await runCommand({ program: 'ls', args: [installed] });
    assert.deepEqual(list.stdout.toString('utf8').trim().split('\n').sort(), inCommandLine);

    const run = await runCommand({
      program: nodeOfThisMachine(),
      args: [join(installed, 'cli.cjs'), 'run', '--', 'python3', '-c', 'print("loss: 0.5")'],
      cwd: home,
      env: scrubbedEnvironment(home),
    });
    assert.equal(run.exitCode, 0, run.stderr);
    assert.equal(run.stdout.toString('utf8'), 'loss: 0.5\n');
    // What is found out after the end is written by then, and nothing of the run goes on.
    const [, id = ''] = /run (\w+) started/.exec(run.stderr) ?? [];
    const folders = await readdir(join(home, '.lockstep', 'runs'), { recursive: true });
    const whole = basename(folders.find(path => basename(path).endsWith(id)) ?? '');
    const marker = `LOCKSTEP_SUPERVISOR=${whole}`;
    assert.equal(whole.length, 26, run.stderr);
    await waitFor(
      'the supervisor to end',
      async () => (await findProcessTree({ root: { pid: -1 }, marker })).length === 0,
    );
  });
});

/** The oldest Node at hand: one that this project did not bring. */
function nodeOfThisMachine(): string {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter(folder => !folder.includes('node_modules'))
    .map(folder => join(folder, 'node'))
    .find(path => existsSync(path) && isExecutable(path));
  return found ?? process.execPath;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function zipEntries(path: string): Promise<{ name: string; mode: number }[]> {
  const script =
    'import json, sys, zipfile\n' +
    'print(json.dumps([{"name": i.filename, "mode": i.external_attr >> 16} for i in zipfile.ZipFile(sys.argv[1]).infolist()]))';
  const outcome = await runCommand({ program: 'python3', args: ['-c', script, path] });
  return z
    .array(z.object({ name: z.string(), mode: z.number() }))
    .parse(JSON.parse(outcome.stdout.toString('utf8')));
}
