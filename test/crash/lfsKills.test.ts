/**
 * Kills fetch, pull, checkout and push of Git LFS files with SIGKILL at random moments and asks, each time: is every
 * object whole, here and on the server, does each path hold its pointer or its content and nothing between, is the work
 * of the user there, does the next command complete, and does git see nothing modified and no lock afterwards?
 * `LOCKSTEP_SOAK=1` repeats it 200 times; `LOCKSTEP_SEED` repeats one sequence.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lfsPointerText } from '../../src/data/lfs/lfsPointer.ts';
import { cliProject, cliScript, type CliProject } from '../helpers/lockstepCli.ts';
import { testLfsServer, type TestLfsServer } from '../helpers/lfsServer.ts';
import { often } from '../helpers/soak.ts';
import { seededRandom } from './seededRandom.ts';

const rounds = often(4, 200);
const seed = Number(process.env['LOCKSTEP_SEED'] ?? '20260104');
const fileCount = 60;
const steps = ['pull', 'checkout', 'push', 'fetch'] as const;
type Step = (typeof steps)[number];

describe(`killing Git LFS transfers and checkouts at random, ${rounds} times from seed ${seed}`, () => {
  const random = seededRandom(seed);
  const plans = Array.from({ length: rounds }, (_, round) => ({
    round,
    step: steps[round % steps.length] ?? 'pull',
    // Requests that the server got, or files that were filled, by then; and some more milliseconds.
    after: 1 + Math.floor(random() * fileCount),
    afterMs: Math.floor(random() * 20),
  }));
  const contents = new Map<string, Buffer>();
  let project: CliProject;
  let server: TestLfsServer;
  const store = (): string => join(project.root, '.git', 'lfs');

  before(async () => {
    for (let index = 0; index < fileCount; index += 1)
      contents.set(`sub ${index % 5}/ü${index}.bin`, Buffer.alloc(3_000 * (1 + index), `content ${index}`));
    contents.set('large.bin', Buffer.alloc(16 * 1024 * 1024, 'large'));
    server = await testLfsServer();
    const pointers = [...contents].map(([path, content]) => [path, pointerOf(content)] as const);
    project = await cliProject({
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      ...Object.fromEntries(pointers),
      'mine.bin': pointerOf(Buffer.from('as it was')),
    });
    await project.repository.git('config', 'lfs.url', server.url);
    writeFileSync(join(project.root, 'mine.bin'), 'my work');
  });
  after(async () => {
    await (project as CliProject | undefined)?.[Symbol.asyncDispose]();
    await (server as TestLfsServer | undefined)?.[Symbol.asyncDispose]();
  });

  for (const { round, step, after, afterMs } of plans)
    it(`${round}: ${step}, ${afterMs} ms after the ${after}.`, async () => {
      await prepare(step);
      await killed(step, after, afterMs);
      assertWhole();
      // A path that somebody works on has no content in any store.
      const { stdout, stderr } = await project.lockstep(['data', step]);
      assertWhole();
      const said = stdout + stderr;
      if (step === 'push') assert.deepEqual(onServer(), ids(), said);
      else assert.deepEqual(inStore(), ids(), said);
      if (step === 'push' || step === 'fetch') return;
      for (const [path, content] of contents) assert.ok(held(path).equals(content), `${path}: ${said}`);
      assert.equal(await project.repository.git('status', '--porcelain'), ' M mine.bin');
      assert.deepEqual(
        readdirSync(project.root, { recursive: true, encoding: 'utf8' }).filter(path =>
          /\.lockstep-|\.lock$/.test(path),
        ),
        [],
      );
    });

  /** What the step then has to do. */
  async function prepare(step: Step): Promise<void> {
    rmSync(store(), { recursive: true, force: true });
    server.objects.clear();
    for (const [path, content] of contents) {
      writeFileSync(join(project.root, path), pointerOf(content));
      const id = idOf(content);
      if (step === 'pull' || step === 'fetch') server.objects.set(id, content);
      else {
        const place = join(store(), 'objects', id.slice(0, 2), id.slice(2, 4), id);
        mkdirSync(dirname(place), { recursive: true });
        writeFileSync(place, content);
      }
    }
    // Git takes a file of another size than it noted for modified, without a look into it.
    await project.repository.git('add', '--', ...contents.keys());
    assert.equal(await project.repository.git('status', '--porcelain'), ' M mine.bin');
  }

  async function killed(step: Step, after: number, afterMs: number): Promise<void> {
    const before = server.requests.length;
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', cliScript, 'data', step],
      { cwd: project.root, env: project.environment, stdio: 'ignore' },
    );
    const ended = once(child, 'exit');
    const count = (): number => (step === 'checkout' ? filled() : server.requests.length - before);
    while (count() < after && child.exitCode === null) await delay(2);
    // The random moment is what is tested; one that comes too late is right, too.
    await delay(afterMs);
    child.kill('SIGKILL');
    await ended;
  }

  function filled(): number {
    return [...contents].filter(
      ([path, content]) =>
        statSync(join(project.root, path), { throwIfNoEntry: false })?.size === content.length,
    ).length;
  }

  function assertWhole(): void {
    for (const [id, content] of server.objects) assert.equal(idOf(content), id);
    for (const id of inStore()) assert.ok(ids().includes(id), id);
    for (const [path, content] of contents) {
      const now = held(path);
      assert.ok(now.equals(content) || now.toString('latin1') === pointerOf(content), path);
    }
    assert.equal(held('mine.bin').toString(), 'my work');
  }

  function inStore(): string[] {
    const folder = join(store(), 'objects');
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ parentPath, name }) => {
        assert.equal(idOf(readFileSync(join(parentPath, name))), name);
        return name;
      })
      .sort();
  }

  function onServer(): string[] {
    return [...server.objects.keys()].sort();
  }

  function ids(): string[] {
    return [...contents.values()].map(idOf).sort();
  }

  function held(path: string): Buffer {
    return readFileSync(join(project.root, path));
  }

  function idOf(content: Buffer): string {
    return createHash('sha256').update(content).digest('hex');
  }

  function pointerOf(content: Buffer): string {
    return lfsPointerText({ oid: idOf(content), size: content.length, extensions: [] });
  }
});
