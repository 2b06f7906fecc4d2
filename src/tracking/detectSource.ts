/**
 * Tells the files that hold metrics from all others, and gives the reader for each. A file counts only when its name,
 * its place or its header proves that a library for tracking wrote it, or when `lockstep.yaml` names it: a table of
 * data must never become a chart.
 *
 * | kind | proven by |
 * |---|---|
 * | tfevents | `tfevents` in the name, not `.profile-empty` |
 * | wandb | `*.wandb` with the header of such a file |
 * | named-csv, named-jsonl | a rule of `lockstep.yaml` |
 * | trackio | `inbox/<writer>/<number>.jsonl`, first record with `kind` and `project` |
 * | trackio-database | `<project>.db` of SQLite beside `<project>.lock` |
 * | trainer-state | `trainer_state.json` with `log_history` |
 * | dvclive-metric | `plots/metrics/**.tsv`, columns `step` and the metric of that name |
 * | dvclive-latest, dvclive-parameters | `metrics.json`, `params.yaml` in a folder `dvclive` or beside `plots/metrics` |
 * | dvclive-image | `plots/images/**.{png,jpg,jpeg,gif}` |
 * | lightning | `metrics.csv` in `version_N`, below `lightning_logs` or beside `hparams.yaml`, with a column of steps |
 * | ultralytics | `results.csv` beside `args.yaml`, first column `epoch` |
 * | lightning-parameters, ultralytics-parameters | `hparams.yaml` or `.yml`; `args.yaml` beside `results.csv` or `weights` |
 * | table | `*.csv`, `*.tsv`, `*.log` (Keras), first column a step (`epoch`, `step`, `iteration`, `global_step`…), rows of numbers; `progress.csv` with a total of steps (Stable-Baselines3) |
 */
import { basename, dirname, extname } from 'node:path/posix';
import { provesTable } from './files/provesTable.ts';
import { ImageReader } from './files/imageReader.ts';
import { JsonLinesReader } from './files/jsonLinesReader.ts';
import { LatestValuesReader } from './files/latestValuesReader.ts';
import { mediaTypeOf } from './files/mediaTypes.ts';
import { ParametersReader } from './files/parametersReader.ts';
import { TableReader } from './files/tableReader.ts';
import { TrainerStateReader } from './files/trainerStateReader.ts';
import type { FileRule } from './files/fileRules.ts';
import { TrackioDatabaseReader } from './trackio/databaseReader.ts';
import { FragmentReader } from './trackio/fragmentReader.ts';
import { isTransactionLog } from './wandb/transactionLog.ts';
import { WandbReader } from './wandb/wandbReader.ts';
import type { AppendedReader, DatabaseReader, RewrittenReader } from './sourceReader.ts';
import { EventFileReader } from './tensorboard/eventFileReader.ts';
import { eventFileName } from './tensorboard/eventFileName.ts';

/** How many bytes of a file {@link readerFor} wants to see; fewer when there are no more yet. */
export const headBytes = 64 * 1024;

export interface SourceHints {
  /** Whether a file or folder exists now, relative to the folder of the file. Asked again while it is followed. */
  readonly beside?: (relativePath: string) => boolean;
  /** The rule of `lockstep.yaml` that names the file. */
  readonly rule?: FileRule | undefined;
}

export type DetectedSource = {
  readonly kind: SourceKind;
  /**
   * Files of the same group are one source: the reader of the first stands for all, and so does its progress. For the
   * checkpoints of one training, each of which tells the whole story so far.
   */
  readonly group?: string;
  /** The folder that `MediaPiece.file` is relative to. */
  readonly mediaFolder?: string;
} & (
  | { readonly form: 'appended'; readonly reader: AppendedReader }
  | { readonly form: 'rewritten'; readonly reader: RewrittenReader }
  | { readonly form: 'database'; readonly reader: DatabaseReader }
);

export type SourceKind =
  | 'tfevents'
  | 'wandb'
  | 'named-csv'
  | 'named-jsonl'
  | 'trackio'
  | 'trackio-database'
  | 'trainer-state'
  | 'dvclive-metric'
  | 'dvclive-latest'
  | 'dvclive-parameters'
  | 'dvclive-image'
  | 'lightning'
  | 'lightning-parameters'
  | 'ultralytics'
  | 'ultralytics-parameters'
  | 'table';

const interesting =
  /(?:^|\/)(?:[^/]*tfevents[^/]*|[^/]*\.(?:wandb|csv|tsv|log|db|db-wal)|trainer_state\.json|metrics\.json|params\.yaml|args\.yaml|hparams\.ya?ml)$|(?:^|\/)inbox\/[^/]+\/[^/]+\.jsonl$|(?:^|\/)plots\/images\/.+\.(?:png|jpe?g|gif)$/i;

/** Cheap, by the name alone: whether {@link readerFor} may know the file, or the database whose log it is. Rules of `lockstep.yaml` come on top. */
export function isInterestingName(path: string): boolean {
  return interesting.test(path.replaceAll('\\', '/'));
}

/**
 * The reader for the file, or undefined when nothing proves that it holds metrics. Ask again while the head is shorter
 * than {@link headBytes} and grows, and when the neighbours change.
 * @param path Absolute, or relative to anything that includes its folders.
 * @param head The first {@link headBytes} bytes, or what there is of them.
 */
export function readerFor(
  path: string,
  head: Uint8Array,
  hints: SourceHints = {},
): DetectedSource | undefined {
  const slashed = path.replaceAll('\\', '/');
  if (hints.rule !== undefined) return namedReader(slashed, head, hints.rule);
  if (!isInterestingName(slashed)) return undefined;
  const name = basename(slashed);
  const beside = hints.beside ?? (() => false);
  if (name.includes('tfevents')) return eventFileReader(name);
  if (name.endsWith('.wandb')) return wandbReader(slashed, head);
  if (name.endsWith('.db')) return trackioDatabase(slashed, head, beside);
  switch (name) {
    case 'trainer_state.json':
      return trainerState(slashed, head);
    case 'metrics.json':
      return isDvcLiveFolder(slashed, beside) ? dvcLiveLatest(beside) : undefined;
    case 'params.yaml':
      return isDvcLiveFolder(slashed, beside) ? parameters('dvclive-parameters') : undefined;
    case 'hparams.yaml':
    case 'hparams.yml':
      return parameters('lightning-parameters');
    case 'args.yaml':
      return beside('results.csv') || beside('weights') ? parameters('ultralytics-parameters') : undefined;
    default:
  }
  return (
    trackioFragment(slashed, head) ??
    dvcLiveImage(slashed) ??
    dvcLiveMetric(slashed, head) ??
    table(slashed, head, beside)
  );
}

function eventFileReader(name: string): DetectedSource | undefined {
  if (eventFileName(name) === undefined) return undefined;
  return { kind: 'tfevents', form: 'appended', reader: new EventFileReader() };
}

function wandbReader(path: string, head: Uint8Array): DetectedSource | undefined {
  if (!isTransactionLog(head)) return undefined;
  const mediaFolder = `${dirname(path)}/files`;
  return { kind: 'wandb', form: 'appended', reader: new WandbReader(), mediaFolder };
}

function namedReader(path: string, head: Uint8Array, rule: FileRule): DetectedSource {
  const format = rule.format ?? (looksLikeJsonLines(path, head) ? 'jsonl' : 'csv');
  const { prefix, step } = rule;
  if (format === 'jsonl')
    return { kind: 'named-jsonl', form: 'appended', reader: new JsonLinesReader({ step, prefix }) };
  const nameOf = prefix === undefined ? undefined : (column: string) => `${prefix}/${column}`;
  const reader = new TableReader({ vocabulary: 'found', step, nameOf });
  return { kind: 'named-csv', form: 'rewritten', reader };
}

function looksLikeJsonLines(path: string, head: Uint8Array): boolean {
  if (/\.(?:jsonl|ndjson|json)$/i.test(path)) return true;
  if (/\.(?:csv|tsv)$/i.test(path)) return false;
  return /^\s*\{/.test(Buffer.from(head.subarray(0, 256)).toString('utf8'));
}

function parameters(kind: SourceKind): DetectedSource {
  return { kind, form: 'rewritten', reader: new ParametersReader() };
}

function trainerState(path: string, head: Uint8Array): DetectedSource | undefined {
  if (head.length > 0 && !/^\s*\{/.test(Buffer.from(head.subarray(0, 64)).toString('utf8'))) return undefined;
  const folder = dirname(path);
  const group = /^checkpoint-\d+$/.test(basename(folder)) ? dirname(folder) : folder;
  return {
    kind: 'trainer-state',
    group: `${group}/trainer_state.json`,
    form: 'rewritten',
    reader: new TrainerStateReader(),
  };
}

function isDvcLiveFolder(path: string, beside: (relativePath: string) => boolean): boolean {
  return basename(dirname(path)) === 'dvclive' || beside('plots/metrics');
}

function dvcLiveLatest(beside: (relativePath: string) => boolean): DetectedSource {
  const reader = new LatestValuesReader(key => beside(`plots/metrics/${key}.tsv`));
  return { kind: 'dvclive-latest', form: 'rewritten', reader };
}

function dvcLiveMetric(path: string, head: Uint8Array): DetectedSource | undefined {
  const key = /(?:^|\/)plots\/metrics\/(.+)\.tsv$/.exec(path)?.[1];
  if (key === undefined) return undefined;
  const header = /^(?:timestamp\t)?step\t([^\t\r\n]*)\r?\n/.exec(Buffer.from(head).toString('utf8'));
  if (header?.[1] !== basename(key)) return undefined;
  const reader = new TableReader(
    { vocabulary: 'logged', step: 'step', nameOf: column => (column === 'timestamp' ? column : key) },
    '\t',
  );
  return { kind: 'dvclive-metric', form: 'rewritten', reader };
}

/** `plots/images/<name>/<step>.png`, or `plots/images/<name>.png`. */
function dvcLiveImage(path: string): DetectedSource | undefined {
  const mediaType = mediaTypeOf(path);
  const found = /(?:^|\/)plots\/images\/(.+)\.(?:png|jpe?g|gif)$/i.exec(path)?.[1];
  if (mediaType === undefined || found === undefined) return undefined;
  const stepped = /^(.+)\/(\d{1,15})$/.exec(found);
  const step = stepped?.[2] === undefined ? undefined : Number(stepped[2]);
  const reader = new ImageReader(stepped?.[1] ?? found, mediaType, step);
  return { kind: 'dvclive-image', form: 'rewritten', reader };
}

function trackioFragment(path: string, head: Uint8Array): DetectedSource | undefined {
  const folder = /^(?:(.*)\/)?inbox\/[^/]+\/\d+\.jsonl$/.exec(path);
  if (folder === null) return undefined;
  const start = Buffer.from(head.subarray(0, 4096)).toString('utf8');
  if (!start.startsWith('{') || !/"kind":\s*"/.test(start) || !/"project":\s*"/.test(start)) return undefined;
  const mediaFolder = `${folder[1] ?? '.'}/media`;
  return { kind: 'trackio', form: 'appended', reader: new FragmentReader(), mediaFolder };
}

/** trackio keeps a lock beside each database. Its tables may still wait in the write-ahead log. */
function trackioDatabase(
  path: string,
  head: Uint8Array,
  beside: (relativePath: string) => boolean,
): DetectedSource | undefined {
  if (Buffer.from(head.subarray(0, 16)).toString('latin1') !== 'SQLite format 3\0') return undefined;
  if (!beside(`${basename(path, '.db')}.lock`)) return undefined;
  const mediaFolder = `${dirname(path)}/media`;
  return { kind: 'trackio-database', form: 'database', reader: new TrackioDatabaseReader(path), mediaFolder };
}

function table(
  path: string,
  head: Uint8Array,
  beside: (relativePath: string) => boolean,
): DetectedSource | undefined {
  const name = basename(path);
  const proof = provesTable(head);
  if (proof === undefined) return undefined;
  if (name === 'metrics.csv') {
    const folder = dirname(path);
    const place = /^version_\d+$/.test(basename(folder)) || folder.split('/').includes('lightning_logs');
    if (proof.hasStep && (place || beside('hparams.yaml'))) {
      const reader = new TableReader({ vocabulary: 'logged' }, ',');
      return { kind: 'lightning', form: 'rewritten', reader };
    }
  }
  if (name === 'results.csv' && proof.firstIsStep && beside('args.yaml')) {
    const reader = new TableReader({ vocabulary: 'logged', step: 'epoch' }, ',');
    return { kind: 'ultralytics', form: 'rewritten', reader };
  }
  const progress = name === 'progress.csv' && proof.hasStep;
  if (!proof.hasNumbers || !(proof.firstIsStep || progress)) return undefined;
  if (extname(name).toLowerCase() === '.log' && !proof.firstIsStep) return undefined;
  return { kind: 'table', form: 'rewritten', reader: new TableReader({ vocabulary: 'found' }) };
}
