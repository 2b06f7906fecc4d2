/**
 * What of the environment goes into the record. Values only of variables that are known to decide numbers and to hold
 * no secrets, and even these are scanned; of all others the name and a hash keyed by a secret of this store, which
 * tells "same" from "different" and nothing else.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type * as z from 'zod';
import type { StorePath } from '../../runs/runPaths.ts';
import type { variableSchema } from '../../runs/plan.ts';
import { hideSecrets, isSecretName } from '../../base/secretText.ts';

export type Variable = z.infer<typeof variableSchema>;

/** They decide whether the same code gives the same bits: thread counts, hash seed, switches of libraries. */
const deciding = [
  ...['PYTHONHASHSEED', 'OMP_[A-Z0-9_]+', 'KMP_[A-Z0-9_]+', 'GOMP_[A-Z0-9_]+', 'MKL_[A-Z0-9_]+'],
  ...['OPENBLAS_[A-Z0-9_]+', 'GOTO_NUM_THREADS', 'BLIS_[A-Z0-9_]+', 'VECLIB_MAXIMUM_THREADS'],
  ...['NUMEXPR_[A-Z0-9_]+', 'ATEN_CPU_CAPABILITY', 'ONEDNN_[A-Z0-9_]+', 'DNNL_[A-Z0-9_]+'],
  ...['CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER', 'CUDA_LAUNCH_BLOCKING', 'CUBLAS[A-Z0-9_]+'],
  ...['CUDNN_[A-Z0-9_]+', 'NVIDIA_TF32_OVERRIDE', 'NCCL_[A-Z0-9_]+', 'HIP_VISIBLE_DEVICES'],
  ...['ROCR_VISIBLE_DEVICES', 'MIOPEN_[A-Z0-9_]+', 'XLA_FLAGS', 'XLA_PYTHON_CLIENT_[A-Z0-9_]+'],
  ...['JAX_[A-Z0-9_]+', 'TORCH[A-Z0-9_]+', 'PYTORCH_[A-Z0-9_]+', 'TOKENIZERS_PARALLELISM'],
  // TensorFlow's alone: TF_VAR_… and TF_CLI_… are Terraform's, with whatever somebody keeps there.
  'TF_(?:DETERMINISTIC_OPS|FLAG_[A-Z0-9_]+|(?:CUDNN|CUBLAS|XLA|ENABLE|DISABLE|GPU|NUM|FORCE|USE|CPP|KERAS|MKL|AUTOTUNE|LAYOUT|OVERRIDE|TENSORRT|ROCM|INTRAOP|INTEROP)_[A-Z0-9_]+)',
];

const alsoShown = [
  ...['PYTHONUNBUFFERED', 'PYTHONOPTIMIZE', 'PYTHONDONTWRITEBYTECODE', 'PYTHONNOUSERSITE'],
  ...['PYTHONUTF8', 'PYTHONIOENCODING', 'PYTHONPATH', 'PYTHONSAFEPATH', 'PYTHONWARNINGS'],
  ...['NUMBA_[A-Z0-9_]+', 'NPY_[A-Z0-9_]+', 'POLARS_MAX_THREADS', 'RAYON_NUM_THREADS'],
  ...['CUDA_MODULE_LOADING', 'CUDA_HOME', 'NVIDIA_VISIBLE_DEVICES', 'KERAS_BACKEND'],
  ...['HIP_[A-Z0-9_]+', 'ROCR_[A-Z0-9_]+', 'HSA_[A-Z0-9_]+', 'GLOO_[A-Z0-9_]+'],
  ...['ACCELERATE_[A-Z0-9_]+', 'FLASH_ATTENTION_[A-Z0-9_]+'],
  ...['WORLD_SIZE', 'RANK', 'LOCAL_RANK', 'LOCAL_WORLD_SIZE'],
  'SLURM_(?:NTASKS|PROCID|LOCALID|NNODES|GPUS[A-Z_]*)',
  ...['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE', 'HF_DATASETS_OFFLINE', 'WANDB_MODE', 'CONDA_DEFAULT_ENV'],
  ...['VIRTUAL_ENV', 'LD_LIBRARY_PATH', 'LD_PRELOAD', 'DYLD_LIBRARY_PATH', 'MALLOC_[A-Z0-9_]+'],
  ...['LANG', 'LC_[A-Z]+', 'LANGUAGE', 'TZ', 'SOURCE_DATE_EPOCH', 'GLIBC_TUNABLES'],
];

const determinism = new RegExp(`^(?:${deciding.join('|')})$`);
const allowed = new RegExp(`^(?:${[...deciding, ...alsoShown].join('|')})$`);

/** True for variables that belong to the determinism of a run rather than to its environment. */
export function isDeterminismVariable(name: string): boolean {
  return determinism.test(name);
}

/** Different in every terminal, or ours: they say nothing about a run. */
const passing =
  /^(?:_|PWD|OLDPWD|SHLVL|TERM|TERM_[A-Z_]+|COLORTERM|COLUMNS|LINES|WINDOWID|SSH_.+|DBUS_.+|XDG_SESSION_.+|XDG_RUNTIME_DIR|DISPLAY|WAYLAND_DISPLAY|BROWSER|SHELL|EDITOR|VISUAL|PAGER|GPG_.+|INVOCATION_ID|JOURNAL_STREAM|TMUX.*|STY|VTE_VERSION|LS_COLORS|PS1|PROMPT.*|HIST.+|MAIL|LOCKSTEP_.+|VSCODE_.+|ELECTRON_.+|GIT_.+|npm_.+|NODE_.+|INIT_CWD)$/;

/** @param key Of this store; see {@link storeKey}. Names are sorted, so that equal environments give equal records. */
export function captureVariables(
  environment: Readonly<Record<string, string | undefined>>,
  key: Uint8Array,
): Record<string, Variable> {
  const variables: Record<string, Variable> = {};
  for (const name of Object.keys(environment).sort()) {
    const value = name === 'PYTHONPATH' ? withoutHook(environment[name]) : environment[name];
    if (value === undefined || name === '__proto__' || passing.test(name)) continue;
    const shown = allowed.test(name) && !isSecretName(name) && hideSecrets(value) === value;
    variables[name] = shown ? { value } : { keyedHash: keyedHash(key, name, value) };
  }
  return variables;
}

/** Our own folder goes in front of PYTHONPATH; where it lies says nothing about the run. */
function withoutHook(path: string | undefined): string | undefined {
  const folders = path?.split(delimiter).filter(folder => !/[/\\]pythonHook$/.test(folder)) ?? [];
  return folders.length === 0 ? undefined : folders.join(delimiter);
}

function keyedHash(key: Uint8Array, name: string, value: string): string {
  return createHmac('sha256', key).update(`${name}\u0000${value}`).digest('hex').slice(0, 32);
}

/** The secret of a store, made when first needed; readable by its owner alone. Rejects when it cannot be written. */
export async function storeKey(store: StorePath): Promise<Buffer> {
  const path = join(store, 'variables.key');
  const present = await readKey(path);
  if (present !== undefined) return present;
  await mkdir(store, { recursive: true });
  // Linked into place, so that of many runs started at once all use the key of the first.
  const temporary = join(store, `.variables.key.${randomBytes(6).toString('hex')}.tmp`);
  const key = randomBytes(32);
  await writeFile(temporary, key.toString('hex'), { mode: 0o600, flag: 'wx' });
  try {
    await link(temporary, path);
    return key;
  } catch (error) {
    const other = await readKey(path);
    if (other !== undefined) return other;
    throw error;
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

async function readKey(path: string): Promise<Buffer | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^[0-9a-f]{64}$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** The time zone of the command: `TZ`, else the machine's, as an IANA name. */
export function timeZoneOf(environment: Readonly<Record<string, string | undefined>>): string {
  const zone = environment['TZ'];
  return zone === undefined || zone === '' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
}

/** What decides how numbers and letters are read: LC_ALL, else LC_CTYPE, else LANG. Undefined when none is set. */
export function localeOf(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  return [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']].find(
    value => value !== undefined && value !== '',
  );
}
