/**
 * Carries metrics from what the program writes into the run's metric log. What cannot be written yet (a full disk) is
 * not read further: the program's own file is the buffer, and each point is written once, together with the place in
 * the source it came from.
 */
import { errorText } from '../base/systemError.ts';
import type { MetricPoint } from '../runs/metricSeries.ts';
import type { ParameterValue } from '../runs/plan.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { LineFolder, metricSources } from '../tracking/lineFolder.ts';
import type { FoldedLines, MetricSource } from '../tracking/lineFolder.ts';
import { FileTail } from './fileTail.ts';
import { readScene } from './readScene.ts';
import type { RecordedRun } from './recordedRun.ts';
import type { Teller } from './sources/seriesOwners.ts';
import type { SupervisorLog } from './supervisorLog.ts';

export interface MetricIntakeOptions {
  readonly paths: RunPaths;
  readonly log: SupervisorLog;
  /** Whose program writes. What an earlier supervisor took in is gone on from. */
  readonly run: RecordedRun;
  /** `key: value` lines on standard output are metrics, too. */
  readonly metricLines: boolean;
}

/** A log without metrics is marked as read at least this often, so that a later reader does not begin at its start. */
const markBytes = 8 * 1024 * 1024;

/** Points that are held before they are written in the middle of a flood. */
const mostPending = 50_000;

const tellers: Readonly<Record<MetricSource, Teller>> = {
  [metricSources.childMetrics]: 'reported',
  [metricSources.stdoutReports]: 'stdout',
  [metricSources.stdoutText]: 'stdout',
};

interface Source {
  readonly folder: LineFolder;
  readonly tail: FileTail;
  readonly teller: Teller;
  /** Not in the metric log yet. */
  pending: MetricPoint[];
  /** Up to here the metric log knows. */
  marked: number;
}

export class MetricIntake {
  readonly #options: MetricIntakeOptions;
  readonly #sources: Source[] = [];
  readonly #parameters = new Map<string, ParameterValue>();
  #newParameters = new Map<string, ParameterValue>();

  constructor(options: MetricIntakeOptions) {
    this.#options = options;
    this.#add(metricSources.childMetrics, options.paths.childMetrics);
    this.#add(metricSources.stdoutReports, options.paths.stdout);
    if (options.metricLines) this.chartLines();
  }

  /** From now on `key: value` lines are metrics, those printed so far included. */
  chartLines(): void {
    if (this.#sources.some(source => source.folder.source === metricSources.stdoutText)) return;
    this.#add(metricSources.stdoutText, this.#options.paths.stdout);
  }

  /** Takes in what is new. `'more'` when a flood is not yet taken in whole. */
  read(): 'none' | 'some' | 'more' {
    if (!this.#flush()) return 'none';
    const outcomes = this.#sources.map(source => source.tail.read());
    this.#flush();
    if (outcomes.includes('more')) return 'more';
    return outcomes.includes('some') ? 'some' : 'none';
  }

  /** After the program's end: takes in everything, a last line without a line end too. */
  finish(): void {
    while (this.read() === 'more');
    for (const source of this.#sources) this.#keep(source, source.folder.end(Date.now()));
    if (!this.#flush())
      this.#options.log.warn('The newest metrics could not be written; they are in the log.');
  }

  close(): void {
    for (const { tail } of this.#sources) tail.close();
  }

  #add(source: MetricSource, path: string): void {
    const { run } = this.#options;
    const teller = tellers[source];
    const offset = run.sink.progress(source);
    const scene = readScene(path, offset);
    const folder = new LineFolder({
      ...{ source, offset, midLine: scene.midLine },
      countOf: (told, rank) => {
        const key = run.owners.knownKey(teller, told, rank);
        return key === undefined ? 0 : run.sink.countBefore(key, rank);
      },
    });
    folder.prime(scene.bytes);
    const tail = new FileTail(path, chunk => this.#keep(added, folder.push(chunk, Date.now())), offset);
    const added: Source = { folder, tail, teller, pending: [], marked: offset };
    this.#sources.push(added);
  }

  #keep(source: Source, folded: FoldedLines): void {
    for (const point of folded.points) source.pending.push(point);
    for (const [name, value] of Object.entries(folded.parameters)) {
      if (this.#parameters.has(name) && Object.is(this.#parameters.get(name), value)) continue;
      this.#parameters.set(name, value);
      this.#newParameters.set(name, value);
    }
    if (source.pending.length > mostPending) this.#flush();
  }

  /** True when nothing is left to be written. */
  #flush(): boolean {
    const moved = this.#sources.filter(({ folder, marked }) => folder.offset > marked);
    const worthIt =
      this.#sources.some(({ pending }) => pending.length > 0) ||
      this.#newParameters.size > 0 ||
      moved.some(({ folder, marked }) => folder.offset - marked >= markBytes);
    if (!worthIt) return true;
    try {
      // Before the mark that says they were read: said twice they are the same.
      const { run } = this.#options;
      if (this.#newParameters.size > 0) run.report({ parameters: Object.fromEntries(this.#newParameters) });
      this.#newParameters = new Map();
      run.points(
        this.#sources.flatMap(({ teller, pending }) => run.named(teller, pending)),
        moved.map(({ folder }) => ({ source: folder.source, offset: folder.offset })),
      );
    } catch (error) {
      this.#options.log.warn(`Metrics could not be written: ${errorText(error)}`);
      return false;
    }
    for (const source of moved) source.marked = source.folder.offset;
    for (const source of this.#sources) source.pending = [];
    return true;
  }
}
