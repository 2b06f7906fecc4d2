/** Where the command line and the environment of a program say that it logs to. */
import { isAbsolute, join, resolve } from 'node:path';

export interface LogFolders {
  /** Named on the command line: what turns up there during the run is taken for the run's. */
  readonly named: readonly string[];
  /** Shared by many programs: only what this run is known to write there is its own. */
  readonly shared: readonly string[];
}

/** `--logdir`, `--output_dir`, `--trainer.default-root-dir`, `hydra.run.dir`, `save_dir` of Hydra's own form. */
const folderOption =
  /^(?:--?)?(?:[\w-]+\.)*(?:[a-z]+[_-])*(?:log|logs|logging|output|out|save|result|results|tensorboard|tb|summary|experiment|exp|run|runs|root|work|project|checkpoint|checkpoints|ckpt|model|train|data)[_-]?dir(?:ectory)?$|^(?:hydra\.run\.dir|--project|--logdir|--out|--output|--outdir|--job-dir)$/i;
const mostFolders = 20;

/** Absolute paths, each once; they need not exist. */
export function logFolders(options: {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): LogFolders {
  const { argv, cwd, environment } = options;
  const named: string[] = [];
  argv.forEach((word, index) => {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    // Input folders may be huge, and nobody logs there.
    if (!folderOption.test(name) || /data/i.test(name)) return;
    if (equals < 0 && !word.startsWith('-')) return;
    const value = equals < 0 ? argv[index + 1] : word.slice(equals + 1);
    if (value !== undefined && isFolder(value)) named.push(resolve(cwd, value));
  });
  const shared: string[] = [];
  const add = (value: string | undefined, ...below: string[]): void => {
    if (value !== undefined && isFolder(value)) shared.push(join(resolve(cwd, value), ...below));
  };
  for (const name of [
    'TENSORBOARD_LOGGING_DIR',
    'AIP_TENSORBOARD_LOG_DIR',
    'TRACKIO_DIR',
    'LOGDIR',
    'LOG_DIR',
  ])
    add(environment[name]);
  add(environment['WANDB_DIR'], 'wandb');
  const home = environment['HOME'];
  if (environment['TRACKIO_DIR'] === undefined) {
    if (environment['HF_HOME'] !== undefined) add(environment['HF_HOME'], 'trackio');
    else if (home !== undefined && isAbsolute(home)) add(home, '.cache', 'huggingface', 'trackio');
  }
  return {
    named: [...new Set(named)].slice(0, mostFolders),
    shared: [...new Set(shared)].filter(folder => !named.includes(folder)).slice(0, mostFolders),
  };
}

/** Not a flag, an address, or a shell's variable. */
function isFolder(value: string): boolean {
  return (
    value !== '' && !value.startsWith('-') && !/^[a-z][a-z\d+.-]*:\/\//i.test(value) && !/[$\0]/.test(value)
  );
}
