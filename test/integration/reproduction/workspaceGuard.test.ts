/** The workspace as a reproduction leaves it, whatever its program tries: untouched where the system can, told where not. */
import assert from 'node:assert/strict';
import { chown, lstat, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { errorOutputSchema } from '../../../src/cli/output/errorOutput.ts';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject, cliScript } from '../../helpers/lockstepCli.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';
import { fingerprintChanges, repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';

const withoutMounts = { LOCKSTEP_READ_ONLY_MOUNTS: '0' };

/** Writes where its argument says, or the variable, or the file. */
const program = `
import json, os, random, shutil, sqlite3, sys
print(json.dumps({'step': 0, 'loss': 0.5}), flush=True)
how = sys.argv[1]
root = open('place.txt').read().strip() if how != 'variable' else ''
out = os.environ['OUT_DIR'] if how == 'variable' else os.path.join(root, 'out')
if how == 'tree':
    if os.path.isdir(out):
        shutil.rmtree(out)
    os.makedirs(out)
if how == 'database':
    with sqlite3.connect(out + '/study.db') as database:
        database.execute('create table if not exists trial (value real)')
        database.execute('insert into trial values (?)', (random.random(),))
else:
    open(os.path.join(out, 'model.json'), 'w').write(str(random.random()))
`;

const shell = (root: string): string => `
echo '{"step": 0, "loss": 0.5}'
here="${root}"
cp train.py "$here/out/copy.txt"
rm -f "$here/out/gone.txt"
echo "$$" > "$here/out/written.txt"
`;

/** Reads data that is too large to be copied by the way, and adds to it when it is told to. */
const large = `
echo '{"step": 0, "loss": 0.5}'
python3 -c "for path in ['data/big.bin', '../side/big.bin']: open(path, 'rb').read(1)"
[ "$MODE" != again ] || for path in data/big.bin ../side/big.bin; do printf x >> $path; done
`;

describe('the workspace of a reproduction', function () {
  this.timeout(300_000);
  let project: CliProject;
  let mounts: boolean;
  /** By the name of their command. */
  const ids: Record<string, string> = {};

  before(async () => {
    project = await cliProject({
      'train.py': program,
      'large.sh': large,
      '.gitignore': 'out/\ndata/\nplace.txt\n',
    });
    await project.repository.write({
      'train.sh': shell(project.root),
      'place.txt': `${project.root}\n`,
      'out/notes.txt': 'precious',
      'out/gone.txt': 'precious',
    });
    for (const path of bigFiles()) {
      await mkdir(dirname(path));
      await writeFile(path, 'a');
      await truncate(path, 65 * 1024 * 1024);
    }
    mounts = await canMount();
    const env = { OUT_DIR: join(project.root, 'out') };
    for (const [name, words] of Object.entries({
      database: ['python3', 'train.py', 'database'],
      variable: ['python3', 'train.py', 'variable'],
      shell: ['sh', 'train.sh'],
      large: ['sh', 'large.sh'],
      tree: ['python3', 'train.py', 'tree'],
    })) {
      const outcome = await project.lockstep(['run', '--', ...words], { env });
      assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
      ids[name] = await new RunStore(join(project.root, '.git', 'lockstep')).resolve('@1');
    }
    await project.repository.write({
      'out/notes.txt': 'precious',
      'out/gone.txt': 'precious',
      'out/copy.txt': 'as it was',
      'out/written.txt': 'as it was',
    });
  });

  after(() => project[Symbol.asyncDispose]());

  async function reproduce(name: string, env: Readonly<Record<string, string>> = {}): Promise<Verdict> {
    const { document } = await project.json(['reproduce', ids[name] ?? '', '--json'], { env });
    return verdictSchema.parse(document);
  }

  /** Nothing changed, and why the run did not come to its end is said. */
  async function untouched(name: string, env?: Readonly<Record<string, string>>): Promise<Verdict> {
    const before = await repositoryFingerprint(project.root);
    const verdict = await reproduce(name, env);
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(project.root)), []);
    return verdict;
  }

  const out = (name: string): string => join(project.root, 'out', name);
  const bigFiles = (): string[] => [
    join(project.root, 'data', 'big.bin'),
    join(project.root, '..', 'side', 'big.bin'),
  ];

  for (const [way, env] of [
    ['mounted read-only', {}],
    ['kept by Python alone', withoutMounts],
  ] as const) {
    it(`${way}: a program that removes and writes by an absolute path is refused, and named`, async function () {
      if (way === 'mounted read-only' && !mounts) this.skip();
      const verdict = await untouched('tree', env);
      assert.equal(verdict.verdict, 'inconclusive', JSON.stringify(verdict, null, 1));
      assert.match(
        verdict.sentence,
        /the program writes to .*\/out.*belongs to the workspace: a reproduction may not touch it/,
      );
      assert.match(verdict.cause ?? '', /relative to its script, or take it from a variable or a parameter/);
      assert.equal(verdict.workspace?.readOnlyBy, way === 'mounted read-only' ? 'system' : 'python');
    });

    it(`${way}: SQLite is refused`, async function () {
      if (way === 'mounted read-only' && !mounts) this.skip();
      const verdict = await untouched('database', env);
      assert.equal(verdict.verdict, 'inconclusive', JSON.stringify(verdict, null, 1));
      assert.match(verdict.sentence, /the program (?:writes to|could not write)/);
    });

    it(`${way}: a variable that leads there leads into the checkout`, async function () {
      if (way === 'mounted read-only' && !mounts) this.skip();
      const verdict = await untouched('variable', { ...env, OUT_DIR: join(project.root, 'out') });
      assert.deepEqual(verdict.workspace?.moved, ['OUT_DIR']);
      assert.deepEqual(verdict.workspace.touched, []);
      const model = verdict.outputs.find(({ path }) => path === 'out/model.json');
      assert.ok(model?.reproducedSha256 !== undefined, JSON.stringify(verdict, null, 1));
      assert.ok(!JSON.stringify(verdict.ingredients).includes('OUT_DIR'));
    });
  }

  it('what is too large to be copied is linked where it is kept from being written, else copied', async () => {
    for (const env of [{}, withoutMounts]) {
      const before = await Promise.all(bigFiles().map(path => stat(path)));
      const verdict = await untouched('large', { ...env, MODE: 'again' });
      const after = await Promise.all(bigFiles().map(path => stat(path)));
      assert.deepEqual(
        after.map(({ size, mtimeMs }) => [size, mtimeMs]),
        before.map(({ size, mtimeMs }) => [size, mtimeMs]),
      );
      if (verdict.workspace?.readOnlyBy !== 'system') continue;
      assert.equal(verdict.verdict, 'inconclusive', JSON.stringify(verdict, null, 1));
      assert.match(verdict.sentence, /the program (?:writes to|could not write)/);
    }
  });

  it('a shell and what it starts are refused where the system can', async function () {
    if (!mounts) this.skip();
    const verdict = await untouched('shell');
    assert.equal(verdict.verdict, 'inconclusive', JSON.stringify(verdict, null, 1));
    assert.ok(verdict.sentence.includes(out('copy.txt')), verdict.sentence);
  });

  it('a probe leaves it alone, too, and says what stood in its way', async () => {
    for (const env of [{}, withoutMounts]) {
      const before = await repositoryFingerprint(project.root);
      const { code, document } = await project.json(['probe', ids['tree'] ?? '', '--json'], { env });
      assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(project.root)), []);
      assert.equal(code, 3, JSON.stringify(document));
      assert.match(errorOutputSchema.parse(document).error.message, /the program writes to .*\/out/);
    }
  });

  it('what got through is told, file by file', async () => {
    const verdict = await reproduce('shell', withoutMounts);
    assert.equal(verdict.verdict, 'inconclusive', JSON.stringify(verdict, null, 1));
    assert.match(verdict.sentence, /copy\.txt.*written\.txt were overwritten in the workspace/);
    await project.repository.write({ 'out/gone.txt': 'precious' });
  });

  it('is not promised equal bits beforehand, where an ignored file names it', async () => {
    const { document } = await project.json(['reproduce', ids['tree'] ?? '', '--forecast', '--json']);
    const forecast = forecastSchema.parse(document);
    assert.ok(
      forecast.escapes.some(line => line.startsWith('place.txt names')),
      JSON.stringify(forecast.escapes),
    );
    assert.doesNotMatch(forecast.sentence, /Expected to be identical/);
    assert.equal(forecast.readOnlyBy, mounts ? 'system' : 'python');
    const told = await project.lockstep(['reproduce', ids['large'] ?? '', '--forecast'], {
      env: withoutMounts,
    });
    assert.match(told.stdout, /keeps only Python programs from writing to the workspace/);
    // What is not linked takes room.
    assert.match(told.stdout, /disk: 136 MB of/);
    const moving = await project.json(['reproduce', ids['variable'] ?? '', '--forecast', '--json'], {
      env: { OUT_DIR: join(project.root, 'out') },
    });
    assert.deepEqual(forecastSchema.parse(moving.document).moved, ['OUT_DIR']);
  });

  it('is read-only for an ordinary user, too, who stays who they are', async function () {
    if (!(await mayBecomeNobody())) this.skip();
    await project.repository.write({
      'whose.sh': `id -u; id -g; [ "$MODE" != again ] || echo text > "${out('copy.txt')}"; exit 3\n`,
    });
    const words = ['sh', 'whose.sh'];
    await give(join(project.root, '..'), nobody);
    const ran = await asNobody(project, ['run', '--', ...words]);
    assert.equal(ran.exitCode, 3, ran.stderr);
    await writeFile(out('copy.txt'), 'as it was');
    const { stdout } = await asNobody(project, ['reproduce', '@1', '--json'], { MODE: 'again' });
    const verdict = verdictSchema.parse(JSON.parse(stdout.toString('utf8')));
    const run = await new RunStore(join(project.root, '.git', 'lockstep')).read(verdict.reproductionId);
    assert.equal(run.result?.exitCode, 3);
    assert.deepEqual((await readFile(join(run.dir, 'stdout.log'), 'utf8')).split('\n').slice(0, 2), [
      `${nobody}`,
      `${nobody}`,
    ]);
    if (verdict.workspace?.readOnlyBy !== 'system') this.skip();
    assert.equal(await readFile(out('copy.txt'), 'utf8'), 'as it was');
    assert.ok(verdict.sentence.includes(out('copy.txt')), verdict.sentence);
  });
});

const nobody = 65534;

async function canMount(): Promise<boolean> {
  const words = process.geteuid?.() === 0 ? ['--mount'] : ['--map-root-user', '--mount'];
  const command = { program: 'unshare', args: [...words, 'mount', '-t', 'tmpfs', 'none', '/mnt'] };
  return runCommand(command).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}

async function mayBecomeNobody(): Promise<boolean> {
  const args = ['--reuid', `${nobody}`, process.execPath, '--version'];
  return runCommand({ program: 'setpriv', args }).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}

function asNobody(
  project: CliProject,
  words: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): ReturnType<typeof runCommand> {
  const ids = ['--reuid', `${nobody}`, '--regid', `${nobody}`, '--clear-groups'];
  return runCommand({
    program: 'setpriv',
    args: [...ids, process.execPath, '--disable-warning=ExperimentalWarning', cliScript, ...words],
    ...{ cwd: project.root, env: { ...project.environment, ...extra }, timeoutMs: 120_000 },
  });
}

async function give(path: string, id: number): Promise<void> {
  await chown(path, id, id).catch(() => undefined);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await give(join(path, name), id);
}
