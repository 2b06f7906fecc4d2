/**
 * Which metrics and outputs can never be the same twice: time, speed, hardware, logs. They are shown and never
 * counted in a verdict. Invariant: decided by name alone, so the answer is the same before and after a run.
 */
import { matchesGlob } from './matchesGlob.ts';
import { isModelFile } from './modelFiles.ts';
import { nameWords } from './nameWords.ts';

/** Patterns from `lockstep.yaml`, over the built-in ones; a leading `!` makes what matches count again. Last match wins. */
export interface VolatilePatterns {
  readonly metrics: readonly string[];
  readonly outputs: readonly string[];
}

export const noVolatilePatterns: VolatilePatterns = { metrics: [], outputs: [] };

/** Why a metric of this name is volatile (`elapsed time`, `throughput`, `hardware`, `timestamp`, a pattern), or undefined. */
export function volatileMetricReason(
  key: string,
  patterns: VolatilePatterns = noVolatilePatterns,
): string | undefined {
  return byPatterns(key, patterns.metrics, () => {
    // The places of an array: `epoch_ms/0`.
    const named = key.replace(/(?<=.)(?:\/\d+)+$/, '');
    // A child run's metrics have its name in front.
    const ofMachine = /\/(system\/.*)$/.exec(named)?.[1];
    const names = ofMachine === undefined ? [named] : [named, ofMachine];
    // `runtime_loss` is a loss, however it is called; `loss_time` is a time. What a model says of time is no time of it.
    if (isQuality(nameWords(named)) || isPredicted(nameWords(named))) return undefined;
    return metricKinds.find(kind => names.some(name => kind.matches(nameWords(name))))?.name;
  });
}

/** Why a file of this path is volatile (`log`, `event file`, a pattern), or undefined. */
export function volatileOutputReason(
  path: string,
  patterns: VolatilePatterns = noVolatilePatterns,
): string | undefined {
  return byPatterns(path, patterns.outputs, () => {
    const kind = outputKinds.find(one => one.pattern.test(path.replaceAll('\\', '/')));
    // Programs keep their best model beside their log: logs/run1/best_model.zip.
    return kind?.name === 'log' && isModelFile(path) ? undefined : kind?.name;
  });
}

function byPatterns(
  text: string,
  patterns: readonly string[],
  builtIn: () => string | undefined,
): string | undefined {
  const last = patterns.findLast(pattern => matchesGlob(pattern.replace(/^!/, ''), text));
  if (last === undefined) return builtIn();
  return last.startsWith('!') ? undefined : `matches ${last}`;
}

interface MetricKind {
  readonly name: string;
  readonly matches: (words: readonly string[]) => boolean;
}

const any =
  (...names: string[]) =>
  (words: readonly string[]): boolean =>
    words.some(word => names.includes(word));
/** Units and short words that mean something else elsewhere (`ms_ssim`, `it_loss`) count only at the end. */
const last =
  (...names: string[]) =>
  (words: readonly string[]): boolean =>
    names.includes(words.at(-1) ?? '');

/** What a model is judged by. */
const isQuality = last(
  ...[
    'loss',
    'losses',
    'accuracy',
    'acc',
    'error',
    'err',
    'score',
    'reward',
    'return',
    'regret',
    'perplexity',
    'ppl',
  ],
  ...[
    'auc',
    'auroc',
    'f1',
    'precision',
    'recall',
    'iou',
    'map',
    'dice',
    'bleu',
    'rouge',
    'wer',
    'cer',
    'psnr',
    'ssim',
  ],
  ...['mae', 'mse', 'rmse', 'mape', 'r2', 'nll', 'elbo', 'likelihood', 'entropy', 'kl', 'norm'],
);

/** A time, a load or a demand that is predicted, or that the data is about. */
const isPredicted = any(
  ...['pred', 'preds', 'predicted', 'prediction', 'predictions', 'forecast', 'forecasts', 'forecasted'],
  ...['demand', 'estimate', 'estimated', 'expected', 'target', 'label', 'failure', 'survival', 'arrival'],
);

/** `ms/step`, `sec_per_it`, `s/it`: a speed, told as the time of one. */
const timeOfOne = (words: readonly string[]): boolean =>
  words.some((word, at) => {
    const per = words[at + 1] === 'per';
    // The second step is an ordinal.
    return timeUnits.has(word) && (per || word !== 'second') && parts.has(words[per ? at + 2 : at + 1] ?? '');
  });

/** `epoch_s`, `wall_clock_s`: a letter that says little by itself. */
const secondsOfPart = (words: readonly string[]): boolean => {
  const before = words.at(-2) ?? '';
  return words.at(-1) === 's' && (parts.has(before) || phases.has(before));
};

const timeUnits = new Set(['ns', 'ms', 's', 'sec', 'secs', 'second', 'seconds', 'minutes', 'hours']);

const parts = new Set([
  ...['step', 'it', 'iter', 'iteration', 'batch', 'epoch', 'episode', 'update', 'sample', 'example'],
  ...['token', 'tok', 'img', 'image', 'frame', 'request', 'call', 'fold', 'trial'],
]);

const phases = new Set([
  ...[
    'train',
    'training',
    'eval',
    'evaluation',
    'val',
    'validation',
    'test',
    'fit',
    'total',
    'clock',
    'wall',
  ],
  ...['forward', 'backward', 'load', 'loading', 'inference', 'compile', 'save'],
]);

/** Of a kernel it is a parameter that is fitted. */
const ofBus = (words: readonly string[]): boolean =>
  words.includes('bandwidth') &&
  any('memory', 'mem', 'gpu', 'network', 'disk', 'bus', 'io', 'gb', 'gbps', 'mb', 'mbps', 'effective')(words);

const perUnitOfTime = (words: readonly string[]): boolean =>
  words.some(
    (word, at) =>
      (word === 'per' && ['second', 'sec', 's', 'minute', 'min', 'hour'].includes(words[at + 1] ?? '')) ||
      (['it', 'its', 'iter', 'iters', 'samples', 'steps', 'tok', 'tokens', 'img', 'imgs', 'images'].includes(
        word,
      ) &&
        ['s', 'sec', 'second'].includes(words[at + 1] ?? '')),
  );

/** As MLflow, DVCLive and W&B name what they measure of the machine: `system/disk_usage_megabytes`. */
const ofSystem = (words: readonly string[]): boolean =>
  words[0] === 'system' && any('disk', 'network', 'ram', 'swap', 'power', 'proc', 'process', 'io')(words);

const metricKinds: readonly MetricKind[] = [
  {
    name: 'timestamp',
    matches: any('timestamp', 'datetime', 'unixtime', 'walltime', 'wallclock'),
  },
  { name: 'throughput', matches: perUnitOfTime },
  { name: 'throughput', matches: any('throughput', 'fps', 'sps', 'ips', 'tflops', 'gflops', 'mfu', 'qps') },
  { name: 'throughput', matches: ofBus },
  { name: 'elapsed time', matches: any('elapsed', 'duration', 'runtime', 'time', 'latency') },
  { name: 'elapsed time', matches: timeOfOne },
  { name: 'elapsed time', matches: secondsOfPart },
  { name: 'elapsed time', matches: last('seconds', 'secs', 'sec', 'minutes', 'hours', 'ms', 'eta', 'wall') },
  { name: 'hardware', matches: ofSystem },
  {
    name: 'hardware',
    matches: any('gpu', 'cpu', 'vram', 'rss', 'cuda', 'nvidia', 'memory', 'mem', 'watts', 'utilization'),
  },
];

const outputKinds: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'log', pattern: /(^|\/)[^/]*\.(log|out|err)(\.\d+)?$/i },
  { name: 'log', pattern: /(^|\/)logs?\//i },
  { name: 'log', pattern: /(^|\/)(?:[^/]*[-_.])?(?:logs?|stdout|stderr|console)(?:[-_.]?\d+)?\.txt$/i },
  { name: 'event file', pattern: /(^|\/)(events\.out\.tfevents\.[^/]*|[^/]*\.tfevents)$/i },
  { name: 'tracker files', pattern: /(^|\/)(wandb|mlruns|mlartifacts|aim|\.aim|\.neptune|comet_ml)\// },
  { name: 'tracker files', pattern: /(^|\/)mlflow\.db$/ },
  { name: 'tracker files', pattern: /(^|\/)\.dvc\/tmp\/|^(\/private)?\/var\/tmp\/dvc\// },
  { name: 'cache', pattern: /(^|\/)(__pycache__|\.pytest_cache|\.cache|\.ipynb_checkpoints)\// },
  // Below a home folder; libraries write them when they are first used.
  { name: 'settings', pattern: /^\/.*\/\.config\// },
];
