/**
 * What the README promises about tracking libraries, each promise with the tests that prove it. A unit test fails when
 * a test of this table does not exist, or when the README says something else.
 */
import { peerProduct, peerTitle, type PeerName } from '../../../scripts/provision/pythonPeers.ts';

export interface ProvenRow {
  readonly log: string;
  readonly get: string;
  /** As the README tells it, with a star for what is whole only in the long form of the suites. */
  readonly testedWith: string;
  /** Full titles of tests of `test/interop`. */
  readonly tests: readonly string[];
  /** Those that `npm run soak` alone has. */
  readonly inSoak?: readonly string[];
}

const everyMlflow: readonly PeerName[] = ['mlflow2old', 'mlflow2', 'mlflow'];
const wholeMlflow: readonly PeerName[] = ['mlflow2', 'mlflow'];

function row(
  log: string,
  get: string,
  peers: readonly PeerName[],
  titles: readonly string[],
  more: readonly string[] = [],
): ProvenRow {
  const tests = (peer: PeerName): string[] => titles.map(title => `${peerTitle(peer)} ${title}`);
  const inSoak = (peer: PeerName): string[] =>
    tests(peer).filter((_, at) => !isInShort(peer, titles[at] ?? ''));
  return {
    log,
    get,
    testedWith: peers.map(peer => `${versionOf(peer)}${inSoak(peer).length > 0 ? '\\*' : ''}`).join(', '),
    tests: [...peers.flatMap(tests), ...more],
    inSoak: peers.flatMap(inSoak),
  };
}

/** How the titles begin that `npm test` asks of the older clients of MLflow; of every other library it asks all. */
const inShort: Partial<Record<PeerName, readonly string[]>> = {
  mlflow2old: ['logs with the fluent API', 'logs with the client API'],
  mlflow2: ['logs with the fluent API', 'logs a model under a registered name'],
};

/** Whether `npm test` has this test, too. */
export function isInShort(peer: PeerName, title: string): boolean {
  return inShort[peer]?.some(start => title.startsWith(start)) ?? true;
}

/** `mlflow-skinny` is the client of MLflow without its server. */
function versionOf(peer: PeerName): string {
  if (peer === 'tensorboard') return `${peerProduct(peer, 'tensorboardX')}, ${peerTitle(peer)}`;
  return peerTitle(peer).replace('mlflow-skinny', 'mlflow');
}

export const provenRows: readonly ProvenRow[] = [
  row(
    'MLflow, fluent or client API',
    'metrics with every digit, NaN and infinities; parameters, tags, notes, datasets, artifacts; nested and further runs as child runs; search, history and downloads read back; a run taken up again goes on',
    everyMlflow,
    [
      'logs with the fluent API: values of every kind, artifacts, a dataset, nested runs',
      'logs with the client API, searches, and reads its history and artifacts back',
      'takes runs up again by their id',
      'ends with its own exit code when the training fails inside a run',
      'logs asynchronously',
    ],
    ['a training that logs with MLflow goes on when two clients log at once'],
  ),
  row(
    'MLflow autologging, shown with scikit-learn',
    'the parameters, metrics and plots that MLflow finds by itself',
    wholeMlflow,
    ['logs by itself what scikit-learn trains'],
  ),
  row(
    'MLflow models, images, tables',
    'models with the name and version under which they are registered, loaded again from the same script; images by step; tables',
    wholeMlflow,
    ['logs a model under a registered name, images and tables, and loads them again'],
  ),
  row('MLflow system metrics', 'processor, memory, disk and network as metrics', wholeMlflow, [
    'logs system metrics',
  ]),
  row(
    'MLflow with a tracking server of your own',
    'your server keeps getting everything and Lockstep mirrors nothing; the run says so where it can tell: by the variable, or when the program tells MLflow',
    everyMlflow,
    ['goes where the person has said already, by a variable'],
    ['a tracking address in the script is respected, and said: nothing is mirrored'],
  ),
  row(
    'Optuna with its MLflow callback',
    'the study as the run, each trial as a child run with its parameters and metrics',
    ['optuna'],
    ['logs its trials as child runs with its MLflow callback'],
  ),
  row(
    'TensorBoard event files',
    'scalars in the single precision they are written with, hyperparameters, texts, images and histograms by step; sub-folders of one training belong to one run, restarts go on; further trainings as child runs',
    ['tensorboard'],
    ['writes event files with tensorboardX: scalars, text, images, histograms'],
    [
      'several trainings in one script are child runs from the second on: tensorboard',
      ...[
        'holds what add_scalars and add_hparams wrote into folders of their own',
        'holds train and validation apart, as Keras writes them',
        'holds both stretches of a restart',
        'holds every whole record of a process that was killed',
      ].map(title => `a run that logs event files ${title}`),
    ],
  ),
  row(
    'DVCLive',
    'metrics, parameters, images; further trainings as child runs',
    ['dvclive'],
    ['logs metrics, parameters and an image'],
    [
      'several trainings in one script are child runs from the second on: dvclive',
      'several trainings in one script are child runs from the second on: dvclive-again',
      'several trainings in one script, reproduced are identical: dvclive',
    ],
  ),
  row(
    'W&B, offline',
    'metrics, the configuration as parameters; further trainings as child runs',
    ['wandb'],
    ['logs offline: metrics and a configuration'],
    [
      'several trainings in one script are child runs from the second on: wandb',
      'several trainings in one script, reproduced are identical: wandb',
    ],
  ),
  row(
    'trackio',
    'metrics, the configuration as parameters; further trainings as child runs',
    ['trackio'],
    ['logs metrics and a configuration'],
    ['several trainings in one script are child runs from the second on: trackio'],
  ),
  row('Keras with `CSVLogger`', 'metrics by epoch', ['keras'], ['fits a model with CSVLogger']),
  {
    log: 'Lightning’s `CSVLogger`, Ultralytics, the Hugging Face Trainer’s checkpoints',
    get: 'metrics by step or epoch; Lightning’s hyperparameters',
    testedWith: 'files in the form that they write',
    tests: [
      'the form of Lightning’s CSVLogger',
      'the form of Ultralytics',
      'the form of the Hugging Face Trainer’s state',
    ],
  },
  {
    log: 'any of them from several processes with a `RANK`',
    get: 'one series a rank, rank 0 shown',
    testedWith: 'MLflow, event files, JSON lines',
    tests: ['mlflow', 'multiprocessing mlflow', 'tensorboard', 'lines'].map(
      way => `a training of two processes logs from every rank: ${way}`,
    ),
  },
];

/** The table of the README. */
export function provenTable(rows: readonly ProvenRow[]): string {
  return [
    '| what you log with | what you get | tested with |',
    '|---|---|---|',
    ...rows.map(({ log, get, testedWith }) => `| ${log} | ${get} | ${testedWith} |`),
  ].join('\n');
}
