/**
 * Kills pull, push and gc with SIGKILL at random moments while the real `dvc status` runs beside them, and asks, each
 * time: is every object whole, here and in the remote, does no listing promise what is not there, is every file of the
 * user there, and does the next command complete? `LOCKSTEP_SOAK=1` repeats it 200 times; `LOCKSTEP_SEED` repeats one
 * sequence.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { cliProject, cliScript, type CliProject } from '../helpers/lockstepCli.ts';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';
import { often } from '../helpers/soak.ts';
import { temporaryFolder, type TemporaryFolder } from '../helpers/temporaryFolder.ts';
import { startDvc, type Dvc } from '../interop/data/dvcWorker.ts';
import { seededRandom } from './seededRandom.ts';

const rounds = often(6, 200);
const seed = Number(process.env['LOCKSTEP_SEED'] ?? '20260103');
const fileCount = 500;
const steps = ['pull', 'push', 'gc'] as const;
type Step = (typeof steps)[number];

const listingSchema = z.array(z.object({ md5: z.string(), relpath: z.string() }));

describe(`killing pull, push and gc at random, ${rounds} times from seed ${seed}`, () => {
  const random = seededRandom(seed);
  const plans = Array.from({ length: rounds }, (_, round) => ({
    round,
    step: steps[round % steps.length] ?? 'pull',
    afterMs: 60 + Math.floor(random() * 500),
  }));
  let project: CliProject;
  let home: TemporaryFolder;
  let dvc: Dvc;
  const cache = (): string => join(project.root, '.dvc/cache/files/md5');
  const remote = (): string => join(project.repository.home, 'remote/files/md5');
  const folder = (): string => join(project.root, 'data');

  before(async function () {
    const peer = peerOrSkip(this, 'dvc');
    project = await cliProject({ 'README.md': 'a project\n' });
    home = await temporaryFolder('dvc home');
    dvc = await startDvc(peer, home.path);
    for (const [path, text] of Object.entries(files())) {
      mkdirSync(join(folder(), path, '..'), { recursive: true });
      writeFileSync(join(folder(), path), text);
    }
    await succeeds(['add', 'data']);
    const url = join(project.repository.home, 'remote');
    writeFileSync(
      join(project.root, '.dvc/config'),
      `[core]\n    remote = here\n['remote "here"']\n    url = ${url}\n`,
    );
    await project.repository.commit('data');
    await succeeds(['push']);
  });
  after(async () => {
    await (dvc as Dvc | undefined)?.[Symbol.asyncDispose]();
    await (home as TemporaryFolder | undefined)?.remove();
    await (project as CliProject | undefined)?.[Symbol.asyncDispose]();
  });

  for (const { round, step, afterMs } of plans)
    it(`${round}: ${step}, after ${afterMs} ms`, async () => {
      prepare(step, round);
      // Whatever it says of a state in between: it reads all of it, and may hold the lock for a while.
      const beside = dvc.run(project.root, 'status', '--json');
      await killed(words(step), afterMs);
      assertWhole();
      await beside;
      assertWhole();
      await succeeds(words(step));
      assertWhole();
      if (step === 'gc') assert.equal(existsSync(objectPath(cache(), garbage(round))), false);
      if (step === 'push')
        for (const text of Object.values(files())) assert.ok(existsSync(objectPath(remote(), text)));
      assert.deepEqual(content(), files());
      await succeeds(['status']);
      assert.deepEqual(await dvc.json(project.root, 'status'), {});
    });

  /** What the step then has to do. */
  function prepare(step: Step, round: number): void {
    if (step === 'pull') {
      rmSync(cache(), { recursive: true, force: true });
      rmSync(folder(), { recursive: true, force: true });
    } else if (step === 'push') rmSync(remote(), { recursive: true, force: true });
    else
      for (let index = 0; index < fileCount; index += 1) {
        const text = index === 0 ? garbage(round) : `${garbage(round)} ${index}`;
        const path = objectPath(cache(), text);
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(path, text, { mode: 0o444 });
      }
  }

  function words(step: Step): string[] {
    return step === 'gc' ? ['gc', '--yes'] : [step];
  }

  function garbage(round: number): string {
    return `needed by nobody, round ${round}`;
  }

  /** Content by path. */
  function files(): Record<string, string> {
    const made: Record<string, string> = {};
    for (let index = 0; index < fileCount; index += 1)
      made[`sub${index % 7}/f${index}`] = `content ${index} `.repeat(1 + (index % 50));
    made['large'] = 'large '.repeat(2_000_000);
    return made;
  }

  function content(): Record<string, string> {
    const found = readdirSync(folder(), { recursive: true, encoding: 'utf8' })
      .filter(path => !lstatSync(join(folder(), path)).isDirectory())
      .map(path => [path, readFileSync(join(folder(), path), 'utf8')] as const);
    const order = Object.keys(files());
    return Object.fromEntries(found.sort(([one], [other]) => order.indexOf(one) - order.indexOf(other)));
  }

  function assertWhole(): void {
    for (const place of [cache(), remote()]) {
      const known = new Set<string>();
      const listings: string[] = [];
      for (const [value, path] of objectsIn(place)) {
        const bytes = readFileSync(path);
        assert.equal(createHash('md5').update(bytes).digest('hex'), value.slice(0, 32), path);
        assert.equal(lstatSync(path).mode & 0o777, 0o444, path);
        known.add(value);
        if (value.endsWith('.dir')) listings.push(bytes.toString('utf8'));
      }
      // In the cache a listing comes first: there nobody takes it for a promise.
      if (place === remote())
        for (const listing of listings)
          for (const { md5, relpath } of listingSchema.parse(JSON.parse(listing)))
            assert.ok(known.has(md5), `${relpath} is promised and missing`);
    }
    if (!existsSync(folder())) return;
    const wanted = files();
    for (const [path, text] of Object.entries(content()))
      if (wanted[path] !== undefined) assert.equal(text.length, wanted[path].length, path);
  }

  function* objectsIn(place: string): IterableIterator<[string, string]> {
    if (!existsSync(place)) return;
    for (const prefix of readdirSync(place))
      for (const rest of readdirSync(join(place, prefix)))
        if (/^[0-9a-f]{30}(?:\.dir)?$/.test(rest)) yield [prefix + rest, join(place, prefix, rest)];
  }

  function objectPath(place: string, text: string): string {
    const md5 = createHash('md5').update(text).digest('hex');
    return join(place, md5.slice(0, 2), md5.slice(2));
  }

  async function succeeds(step: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await project.lockstep(['data', ...step]);
    assert.equal(code, 0, `lockstep data ${step.join(' ')}: ${stdout}${stderr}`);
  }

  async function killed(step: readonly string[], afterMs: number): Promise<void> {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', cliScript, 'data', ...step],
      { cwd: project.root, env: project.environment, stdio: 'ignore' },
    );
    const ended = once(child, 'exit');
    // The random moment is what is tested; one that comes too late is right, too.
    await delay(afterMs);
    child.kill('SIGKILL');
    await ended;
  }
});
