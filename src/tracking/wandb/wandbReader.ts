/**
 * Reads a `.wandb` file, which the W&B client writes beside every run, online too, in steps of 32 KiB: history and
 * system metrics as points, config as parameters, images and the like as media. Values that are only in the summary are
 * told at the end, since until then the program may still log them. Field numbers: wandb `wandb_internal.proto`.
 */
import { hideSecrets } from '../../base/secretText.ts';
import type { ParameterValue } from '../../runs/plan.ts';
import { collectParameters, isRecord, parameterOf } from '../collectParameters.ts';
import { ContentBuilder } from '../files/contentBuilder.ts';
import { boundedKey } from '../metricNames.ts';
import { WireReader } from '../protobuf/wireReader.ts';
import type { AppendedReader, SourceContent } from '../sourceReader.ts';
import { TransactionLog } from './transactionLog.ts';
import { flatItems, wandbItem } from './wandbItems.ts';
import type { WandbItem } from './wandbItems.ts';
import { wandbMedia } from './wandbMedia.ts';

const record = { history: 2, summary: 3, config: 5, stats: 7, run: 17, exit: 18 };
const history = { item: 1, step: 2 };
const stats = { timestamp: 2, item: 3 };
const run = {
  id: 1,
  project: 3,
  config: 4,
  group: 6,
  jobType: 7,
  name: 8,
  notes: 9,
  tags: 10,
  startTime: 17,
};
const mostItems = 20_000;
const mostKnownKeys = 50_000;

export class WandbReader implements AppendedReader {
  readonly #found = new ContentBuilder();
  readonly #log: TransactionLog;
  readonly #told = new Map<string, ParameterValue>();
  /** Keys of the history, whose last values the summary repeats. */
  readonly #logged = new Set<string>();
  readonly #summary = new Map<string, number>();
  #time = 0;
  #lastStep = 0;
  #lastTime: number | undefined;
  #samples = 0;
  #exitCode: number | undefined;
  #startedAt: number | undefined;

  constructor() {
    this.#log = new TransactionLog(
      bytes => {
        this.#takeRecord(new WireReader(bytes));
      },
      problem => {
        this.#found.problem(problem);
      },
    );
  }

  get dead(): boolean {
    return this.#log.dead;
  }

  /** As the client saw it; undefined while the run goes on and when it was killed. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Milliseconds since the epoch. */
  get startedAt(): number | undefined {
    return this.#startedAt;
  }

  /** Of the last record with a moment of its own; milliseconds since the epoch. */
  get lastTime(): number | undefined {
    return this.#lastTime;
  }

  push(bytes: Uint8Array, time: number): SourceContent {
    this.#time = time;
    this.#log.push(bytes);
    return this.#take();
  }

  end(time: number): SourceContent {
    this.#time = time;
    this.#tellSummary();
    return this.#take();
  }

  #take(): SourceContent {
    const end = this.#exitCode === undefined ? undefined : this.#exitCode === 0 ? 'finished' : 'failed';
    return {
      ...this.#found.take(),
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt }),
      ...(end === undefined ? {} : { end }),
    };
  }

  #takeRecord(message: WireReader): void {
    while (message.next()) {
      if (message.field === record.history) this.#takeHistory(message.message());
      else if (message.field === record.summary) this.#takeSummary(message.message());
      else if (message.field === record.config) this.#takeConfig(message.message());
      else if (message.field === record.stats) this.#takeStats(message.message());
      else if (message.field === record.run) this.#takeRun(message.message());
      else if (message.field === record.exit) this.#takeExit(message.message());
    }
    if (message.damaged) this.#found.problem('a record cannot be read: the rest of it was left out');
  }

  #takeHistory(message: WireReader): void {
    const items: WandbItem[] = [];
    let step: number | undefined;
    while (message.next())
      if (message.field === history.item) addItem(items, message.message());
      else if (message.field === history.step) step = firstNumber(message.message());
    const { numbers, media } = flatItems(items);
    const at = numbers.get('_step') ?? step ?? this.#lastStep + 1;
    const seconds = numbers.get('_timestamp');
    const time = seconds === undefined || !(seconds > 0) ? this.#time : seconds * 1000;
    const place = { step: at, time };
    this.#lastStep = at;
    if (seconds !== undefined) this.#lastTime = time;
    for (const [key, value] of numbers) {
      if (isOwnKey(key)) continue;
      if (this.#logged.size < mostKnownKeys) this.#logged.add(key);
      this.#found.points.push({ key, ...place, value });
    }
    for (const [key, fields] of media) this.#found.media.push(...wandbMedia(key, fields, place));
  }

  #takeSummary(message: WireReader): void {
    const items: WandbItem[] = [];
    while (message.next()) if (message.field === 1) addItem(items, message.message());
    for (const [key, value] of flatItems(items).numbers)
      if (!isOwnKey(key) && (this.#summary.has(key) || this.#summary.size < mostKnownKeys))
        this.#summary.set(key, value);
  }

  /** At the last step of the history, and once. */
  #tellSummary(): void {
    for (const [key, value] of this.#summary)
      if (!this.#logged.has(key))
        this.#found.points.push({ key, step: this.#lastStep, time: this.#lastTime ?? this.#time, value });
    this.#summary.clear();
  }

  #takeConfig(message: WireReader): void {
    while (message.next()) {
      if (message.field !== 1) continue;
      const item = wandbItem(message.message());
      if (item === undefined || item.names[0] === '_wandb') continue;
      const found: Record<string, ParameterValue> = {};
      const name = item.names.join('.');
      if (isRecord(item.value)) collectParameters(name, item.value, found);
      else if (name !== '__proto__')
        found[boundedKey(name)] = parameterOf(item.names.at(-1) ?? '', item.value);
      for (const [key, value] of Object.entries(found)) {
        if (this.#told.get(key) === value && this.#told.has(key)) continue;
        if (!this.#told.has(key) && this.#told.size >= mostItems) continue;
        this.#told.set(key, value);
        this.#found.parameters[key] = value;
      }
    }
  }

  /** Of the machine, every few seconds; they have no step, so they are counted. */
  #takeStats(message: WireReader): void {
    const items: WandbItem[] = [];
    let time = this.#time;
    while (message.next())
      if (message.field === stats.item) addItem(items, message.message());
      else if (message.field === stats.timestamp) time = moment(message.message()) ?? time;
    const step = this.#samples++;
    for (const [key, value] of flatItems(items).numbers)
      this.#found.points.push({ key: boundedKey(`system/${key}`), step, time, value });
  }

  #takeRun(message: WireReader): void {
    const { tags } = this.#found;
    const labels: string[] = [];
    while (message.next())
      switch (message.field) {
        case run.id:
          tags['wandb.run_id'] = tagText(message);
          break;
        case run.project:
          tags['wandb.project'] = tagText(message);
          break;
        case run.group:
          tags['wandb.group'] = tagText(message);
          break;
        case run.jobType:
          tags['wandb.job_type'] = tagText(message);
          break;
        case run.notes:
          tags['wandb.notes'] = tagText(message);
          break;
        case run.name: {
          const name = tagText(message);
          if (name !== '') this.#found.name = name;
          break;
        }
        case run.tags:
          if (labels.length < 100) labels.push(tagText(message));
          break;
        case run.config:
          this.#takeConfig(message.message());
          break;
        case run.startTime:
          this.#startedAt = moment(message.message());
          break;
        default:
      }
    if (labels.length > 0) tags['wandb.tags'] = labels.join(', ');
  }

  #takeExit(message: WireReader): void {
    let code = 0;
    while (message.next()) if (message.field === 1) code = message.int();
    this.#exitCode = code;
    this.#tellSummary();
  }
}

/** The client's own: `_step`, `_runtime`, `_timestamp`, `_wandb/…`. */
function isOwnKey(key: string): boolean {
  return /^_(?:step|runtime|timestamp|wandb(?:\/.*)?)$/.test(key);
}

function addItem(items: WandbItem[], message: WireReader): void {
  const item = items.length < mostItems ? wandbItem(message) : undefined;
  if (item !== undefined) items.push(item);
}

function firstNumber(message: WireReader): number {
  let found = 0;
  while (message.next()) if (message.field === 1) found = message.int();
  return found;
}

/** `google.protobuf.Timestamp` in milliseconds since the epoch. */
function moment(message: WireReader): number | undefined {
  let seconds = 0;
  let nanos = 0;
  while (message.next())
    if (message.field === 1) seconds = message.int();
    else if (message.field === 2) nanos = message.int();
  return seconds > 0 ? seconds * 1000 + Math.floor(nanos / 1e6) : undefined;
}

function tagText(message: WireReader): string {
  return hideSecrets(message.text(4000));
}
