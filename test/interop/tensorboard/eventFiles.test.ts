/** What the real writers log, read by our reader and by TensorBoard's own: every value of every file is compared. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { runCommand } from '../../../src/base/runCommand.ts';
import type { SourceContent } from '../../../src/tracking/sourceReader.ts';
import { EventFileReader } from '../../../src/tracking/tensorboard/eventFileReader.ts';
import { readEventFile } from '../../../src/tracking/tensorboard/readEventFile.ts';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';

type Rows = Record<string, unknown[][]>;

/** As read_events.py prints it. */
interface TensorBoardFile {
  readonly scalars: Rows;
  readonly texts: Rows;
  readonly images: Rows;
  readonly tensorImages: Rows;
  readonly histograms: Rows;
  readonly tables: Rows;
  readonly hparams: {
    readonly parameters: Record<string, unknown>;
    readonly status: number | null;
  };
}

describe('event files of the real writers', () => {
  let folder: TemporaryFolder | undefined;
  let logdir = '';
  let readEvents: (folder: string) => Promise<string> = () => Promise.reject(new Error('not prepared'));
  let expected: [string, TensorBoardFile][] = [];
  const contents = new Map<string, SourceContent>();

  before(async function () {
    const { python } = peerOrSkip(this, 'tensorboard');
    folder = await temporaryFolder('lockstep tensorboard');
    logdir = join(folder.path, 'log dir');
    const env = scrubbedEnvironment(folder.path);
    const run = async (script: string, target: string): Promise<string> => {
      const { exitCode, stdout, stderr } = await runCommand({
        program: python,
        args: [join(import.meta.dirname, script), target],
        env,
      });
      assert.equal(exitCode, 0, stderr);
      return stdout.toString('utf8');
    };
    readEvents = target => run('read_events.py', target);
    await run('write_events.py', logdir);
    expected = Object.entries(JSON.parse(await readEvents(logdir)) as Record<string, TensorBoardFile>);
    for (const [path] of expected)
      contents.set(path, new EventFileReader().push(await readFile(join(logdir, path)), 0));
  });
  after(() => folder?.remove());

  /** Each file with what TensorBoard and we found of one kind. */
  function sideBySide(
    theirs: (file: TensorBoardFile) => unknown,
    ours: (content: SourceContent) => unknown,
  ): void {
    let told = 0;
    for (const [path, file] of expected) {
      const [wanted, found] = [theirs(file), ours(contentOf(path))];
      assert.deepEqual(found, wanted, path);
      if (JSON.stringify(wanted) !== '{}') told++;
    }
    assert.ok(told > 0);
  }

  function contentOf(path: string): SourceContent {
    const content = contents.get(path);
    assert.ok(content);
    return content;
  }

  it('hold files of both writers, sub-folders and restarts', () => {
    assert.ok(expected.length >= 8, `${expected.length}`);
  });

  it('have the same scalars: steps, times and values to the bit', () => {
    sideBySide(
      file => inMilliseconds(file.scalars),
      content => scalarRows(content.points),
    );
  });

  it('have the same scalars when read into columns', async () => {
    for (const [path, file] of expected) {
      const { series, problems } = await readEventFile(join(logdir, path));
      const rows = Object.fromEntries(
        series.map(({ key, steps, times, values }) => [
          key,
          [...steps].map((step, at) => [step, hex(times[at] ?? 0), hex(values[at] ?? 0)]),
        ]),
      );
      assert.deepEqual(rows, inMilliseconds(file.scalars), path);
      const other = problems.filter(problem => !/left out/.test(problem));
      assert.deepEqual(other, [], path);
    }
  });

  it('have the same texts', () => {
    sideBySide(
      file => renamed(file.texts, tag => tag.replace(/\/text_summary$/, '')),
      content => mediaRows(content, 'text', piece => [piece.step, piece.text]),
    );
  });

  it('have the same images', () => {
    sideBySide(
      ({ images, tensorImages }) => {
        const several = Object.entries(tensorImages).flatMap(([tag, rows]) =>
          rows.flatMap(([step, width, height, ...parts]) =>
            parts.map((part, index) => [`${tag}/${index}`, [[step, width, height, part]]] as const),
          ),
        );
        return { ...images, ...Object.fromEntries(several) };
      },
      content =>
        mediaRows(content, 'image', piece => {
          assert.equal(piece.mediaType, 'image/png');
          return [piece.step, piece.width, piece.height, Buffer.from(piece.bytes ?? []).toString('base64')];
        }),
    );
  });

  it('have the same histograms', () => {
    sideBySide(
      file => file.histograms,
      content =>
        mediaRows(content, 'histogram', ({ step, histogram }) => {
          if (histogram === undefined || histogram.sum === null) return undefined;
          const { min, max, count, sum, counts } = histogram;
          const total = counts.reduce((all, one) => all + one, 0);
          return [step, hex(min ?? Number.NaN), hex(max ?? Number.NaN), hex(count), hex(sum), total];
        }),
    );
    sideBySide(
      file =>
        Object.fromEntries(
          Object.entries(file.tables).map(([tag, rows]) => [
            tag,
            rows.map(([step, table]) => [
              step,
              withoutEmptyEnds((table as string[][]).map(([, right = '', count = '']) => [right, count])),
            ]),
          ]),
        ),
      content =>
        mediaRows(content, 'histogram', ({ step, histogram }) =>
          histogram?.sum === null
            ? [step, histogram.ends.map((end, at) => [hex(end), hex(histogram.counts[at] ?? 0)])]
            : undefined,
        ),
    );
  });

  it('have the same hyperparameters and state', () => {
    const states: Record<number, string> = { 1: 'success', 2: 'failure' };
    sideBySide(
      ({ hparams: { parameters, status } }) =>
        Object.keys(parameters).length === 0 && status === null
          ? {}
          : { ...parameters, ...(status === null ? {} : { status: states[status] }) },
      ({ parameters, tags }) => ({
        ...parameters,
        ...(tags['hparams.status'] === undefined ? {} : { status: tags['hparams.status'] }),
      }),
    );
  });

  it('say what is left out, once', () => {
    const problems = expected.flatMap(([path]) => contentOf(path).problems).sort();
    assert.deepEqual(problems, [
      'What is logged as audio is left out.',
      'What is logged as pr_curves is left out.',
    ]);
  });

  it('end at the same record as in TensorBoard when they are damaged or cut', async () => {
    const [path] = expected.find(([name]) => name.startsWith('tb2/')) ?? [];
    assert.ok(path !== undefined);
    const bytes = await readFile(join(logdir, path));
    const damaged = join(logdir, '..', 'damaged');
    for (let index = 0; index < 12; index++) {
      const at = Math.floor(((index + 0.5) / 12) * bytes.length);
      const changed = index % 2 === 0 ? bytes.subarray(0, at) : Buffer.from(bytes);
      if (index % 2 === 1) changed[at] = (changed[at] ?? 0) ^ 0x10;
      await mkdir(join(damaged, `${index}`), { recursive: true });
      await writeFile(join(damaged, `${index}`, 'events.out.tfevents.1'), changed);
    }
    const theirs = JSON.parse(await readEvents(damaged)) as Record<string, TensorBoardFile>;
    assert.equal(Object.keys(theirs).length, 12);
    for (const [name, file] of Object.entries(theirs)) {
      const { points } = new EventFileReader().push(await readFile(join(damaged, name)), 0);
      assert.deepEqual(scalarRows(points), inMilliseconds(file.scalars), name);
    }
  });

  it('give the same however they are cut', async () => {
    for (const [path] of expected) {
      const bytes = await readFile(join(logdir, path));
      const reader = new EventFileReader();
      const points: unknown[] = [];
      for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 3) % 5000)
        points.push(...reader.push(bytes.subarray(at, at + size), 0).points);
      assert.deepEqual(points, contentOf(path).points, path);
    }
  });
});

/** Its bytes, so that NaN equals NaN and -0 is not 0. */
function hex(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

/** Empty buckets at the ends are not drawn. */
function withoutEmptyEnds(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const filled = rows.map(([, count]) => count !== hex(0));
  return rows.slice(filled.includes(true) ? filled.indexOf(true) : rows.length, filled.lastIndexOf(true) + 1);
}

function renamed(rows: Rows, name: (tag: string) => string): Rows {
  return Object.fromEntries(Object.entries(rows).map(([tag, value]) => [name(tag), value]));
}

/**
 * Rows of scalars whose times TensorBoard gives in seconds. The other way round would be a comparison by luck: 23 of
 * 1000 times are another double after a way to milliseconds and back.
 */
function inMilliseconds(scalars: Rows): Rows {
  return Object.fromEntries(
    Object.entries(scalars).map(([tag, rows]) => [
      tag,
      rows.map(([step, time, value]) => [
        step,
        hex(Buffer.from(String(time), 'hex').readDoubleBE() * 1000),
        value,
      ]),
    ]),
  );
}

/** Key → step, time and value of each point, the latter two as {@link hex}, the time in milliseconds. */
function scalarRows(points: SourceContent['points']): Rows {
  const rows: Rows = {};
  for (const { key, step, time, value } of points) (rows[key] ??= []).push([step, hex(time), hex(value)]);
  return rows;
}

function mediaRows(
  content: SourceContent,
  kind: string,
  row: (piece: SourceContent['media'][number]) => unknown[] | undefined,
): Rows {
  const rows: Rows = {};
  for (const piece of content.media) {
    const found = piece.kind === kind ? row(piece) : undefined;
    if (found !== undefined) (rows[piece.key] ??= []).push(found);
  }
  return rows;
}
