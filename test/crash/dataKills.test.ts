/**
 * Kills adds and checkouts with SIGKILL at random moments and asks, each time: is every object of the cache whole, is
 * every file of the user there, and does the next command complete without being forced? `LOCKSTEP_SOAK=1` repeats it
 * 200 times; `LOCKSTEP_SEED` repeats one sequence.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, lstatSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { scrubbedEnvironment } from '../helpers/scrubbedEnvironment.ts';
import { testData, type TestData } from '../helpers/dataRepository.ts';
import { often } from '../helpers/soak.ts';
import { seededRandom } from './seededRandom.ts';

const rounds = often(10, 200);
const seed = Number(process.env['LOCKSTEP_SEED'] ?? '20260102');
const filesInVersion = 600;
const versions = ['one', 'two', 'three'] as const;
type Version = (typeof versions)[number];

describe(`killing adds and checkouts at random, ${rounds} times from seed ${seed}`, () => {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly [T, ...T[]]): T => from[Math.floor(random() * from.length)] ?? from[0];
  const links = ['copy', 'hardlink', 'reflink,copy', 'symlink'] as const;
  const plans = Array.from({ length: rounds }, (_, round) => ({
    round,
    step: random() < 0.4 ? ('add' as const) : ('checkout' as const),
    version: pick(versions),
    links: pick(links),
    // Of a step that takes about as long, on a machine that does something else, too.
    afterMs: Math.floor(random() * 150),
  }));

  let data: TestData;
  let interrupted = 0;
  const objects = new Map<Version, string>();
  before(async () => {
    data = await testData();
    for (const version of versions) {
      write(version);
      objects.set(version, (await run('copy', 'add')).trim().split('\n')[1] ?? '');
    }
  });
  after(() => data[Symbol.asyncDispose]());

  for (const plan of plans)
    it(`${plan.round}: ${plan.step} of ${plan.version} by ${plan.links}, after ${plan.afterMs} ms`, async () => {
      const { step, version } = plan;
      const object = objects.get(version) ?? '';
      if (step === 'add') {
        // Half of the cache is new to it.
        write(version);
        forget(version);
        await killed(plan.afterMs, plan.links, 'add');
        assert.deepEqual(damagedObjects(), []);
        assert.deepEqual(content(), files(version), 'an add takes nothing away');
        const said = await run(plan.links, 'add');
        assert.equal(said.trim().split('\n')[1], object);
      } else {
        await killed(plan.afterMs, plan.links, 'checkout', object);
        assert.deepEqual(damagedObjects(), []);
        await run(plan.links, 'checkout', object);
      }
      assert.deepEqual(content(), files(version));
      assert.deepEqual(damagedObjects(), []);
      const added = await run('copy', 'add');
      assert.equal(added.trim().split('\n')[1], object, 'what is remembered of the files is true');
    });

  it('came in the middle of the work most of the time', () => {
    assert.ok(interrupted > rounds / 2, `${interrupted} of ${rounds}`);
  });

  /** Content by path; a third of the paths and of the content is in all versions. */
  function files(version: Version): Record<string, string> {
    const made: Record<string, string> = {};
    for (let index = 0; index < filesInVersion; index += 1) {
      const shared = index % 3 === 0;
      const path = index % 3 === 1 ? `${version}/f${index}` : `sub${index % 7}/f${index}`;
      made[path] = `${shared ? 'shared' : version} ${index} `.repeat(1 + (index % 50));
    }
    made['large'] = version.repeat(300_000);
    return made;
  }

  function write(version: Version): void {
    const folder = join(data.root, 'data');
    rmSync(folder, { recursive: true, force: true });
    for (const [path, text] of Object.entries(files(version))) {
      const place = join(folder, path);
      mkdirSync(join(place, '..'), { recursive: true });
      writeFileSync(place, text);
    }
  }

  function forget(version: Version): void {
    for (const [path, text] of Object.entries(files(version)))
      if (path.length % 2 === 0) rmSync(data.tools.cache.pathOf(idOf(text)), { force: true });
  }

  function idOf(text: string): { algorithm: 'md5'; value: string } {
    return { algorithm: 'md5', value: createHash('md5').update(text).digest('hex') };
  }

  function content(): Record<string, string> {
    const folder = join(data.root, 'data');
    const found: Record<string, string> = {};
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      if (!lstatSync(join(folder, path)).isDirectory())
        found[path] = readFileSync(join(folder, path), 'utf8');
    const sorted = Object.keys(files('one')).concat(Object.keys(found));
    return Object.fromEntries(
      [...new Set(sorted)].filter(path => path in found).map(path => [path, found[path] ?? '']),
    );
  }

  /** What has the name of an object and is not it. */
  function damagedObjects(): string[] {
    const folder = join(data.root, '.dvc', 'cache', 'files', 'md5');
    return readdirSync(folder).flatMap(prefix =>
      readdirSync(join(folder, prefix)).filter(rest => {
        if (rest.startsWith('.lockstep-')) return false;
        const path = join(folder, prefix, rest);
        const md5 = createHash('md5').update(readFileSync(path)).digest('hex');
        return md5 !== (prefix + rest).slice(0, 32) || (lstatSync(path).mode & 0o777) !== 0o444;
      }),
    );
  }

  function start(args: readonly string[]) {
    const script = join(import.meta.dirname, 'dataSteps.ts');
    const child = spawn(process.execPath, [script, data.root, ...args], {
      env: scrubbedEnvironment(data.root),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', error: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.error += chunk.toString()));
    return { child, said };
  }

  async function killed(afterMs: number, ...args: readonly string[]): Promise<void> {
    const { child, said } = start(args);
    const ended = once(child, 'exit');
    await Promise.race([once(child.stdout, 'data'), ended]);
    // The random moment is what is tested: whatever state the step is in by then is right.
    await delay(afterMs);
    child.kill('SIGKILL');
    await ended;
    if (!said.out.includes('done')) interrupted += 1;
    assert.equal(said.error, '');
  }

  async function run(...args: readonly string[]): Promise<string> {
    const { child, said } = start(args);
    await once(child, 'close');
    assert.equal(said.error, '', args.join(' '));
    return said.out;
  }
});
