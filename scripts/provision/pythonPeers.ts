/**
 * The libraries and tools of other people that tests and measurements work with, pinned in one table: a virtual
 * environment each, made when it is first asked for, in the cache folder, whole or not at all. What it was made of is
 * part of its name, so a changed table never meets an old environment.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../src/base/runCommand.ts';
import { cacheFolder, installOnce } from './cacheFolder.ts';

/** Name of the peer → what pip installs; the first word is the product and its version. */
const requirements = {
  /** The oldest client of MLflow that is promised; the client alone, because its server wants packages of its year. */
  mlflow2old: ['mlflow-skinny==2.9.2', 'setuptools<81', 'numpy<2', 'pandas<3', 'pillow'],
  mlflow2: ['mlflow==2.22.4', 'psutil', 'setuptools<81'],
  mlflow: ['mlflow==3.17.2', 'psutil'],
  optuna: ['optuna==4.9.0', 'optuna-integration==4.9.0', 'mlflow-skinny==3.17.2', 'pandas'],
  tensorboard: ['tensorboard==2.21.0', 'tensorboardX==2.6.5', 'pillow', 'setuptools<81'],
  dvclive: ['dvclive==3.49.1', 'pillow'],
  trackio: ['trackio==0.43.0'],
  wandb: ['wandb==0.31.0'],
  /** Keras trains on JAX here: a tenth of the download of other backends. */
  keras: ['keras==3.15.1', 'jax[cpu]'],
  dvc: ['dvc==3.67.1'],
  /** The last of the 2.x line, for caches and pins as they were before 3.0. */
  dvc2: ['dvc==2.58.2', 'pathspec<0.12', 'pygit2<1.14', 'dulwich<0.22', 'setuptools<81', 'fsspec<2024'],
  uv: ['uv==0.13.9'],
  /** What writes files of tensors. */
  tensors: ['safetensors==0.8.0', 'numpy==2.4.6', 'ml_dtypes==0.6.0'],
  /** The fastest of the other tools that keep versions of data; for measuring alone. */
  oxen: ['oxenai==0.65.1'],
  /** Reads the crates that runs are exported as. */
  rocrate: ['rocrate==0.16.0'],
  /** Holds them to the profile; the other one for the terms of JSON-LD, which it would ask the network for. */
  rocValidator: ['roc-validator==0.13.0', 'rocrate==0.16.0'],
  /** Reads the statements of provenance in them. */
  inToto: ['in-toto-attestation==0.9.3'],
  /** dvc with its clients for the remotes that tests talk to. */
  dvcRemotes: ['dvc==3.67.1', 'dvc-s3==3.3.0', 'dvc-azure==3.1.1', 'dvc-ssh==4.3.0'],
  /** A Git LFS server; what it imports it does not ask for. */
  giftless: [
    ...['giftless==0.6.2', 'flask<4', 'flask-classful', 'flask-marshmallow', 'marshmallow<4', 'webargs'],
    ...[
      'figcan',
      'python-dateutil',
      'pyjwt<2.10',
      'cachetools',
      'python-dotenv',
      'pyyaml',
      'requests',
      'typing_extensions',
    ],
  ],
  /** The first two for the long tests alone: gigabytes. No build of PyTorch on PyPI leaves CUDA's libraries out. */
  torch: ['torch==2.15.0', 'numpy==2.4.6'],
  tensorflow: ['tensorflow-cpu==2.21.0'],
  /** Stand-ins for S3 and Google Cloud Storage that speak their protocols on 127.0.0.1. */
  remoteServers: ['moto==5.2.5', 'moto[s3,server]==5.2.5', 'gcp-storage-emulator==2026.7.19'],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export type PeerName = keyof typeof requirements;

export interface Peer {
  /** Its Python. Start programs as modules where there is one (`python -m mlflow`). */
  readonly python: string;
  /** The folder of its programs. */
  readonly programs: string;
  /** As `mlflow 3.17.2`. */
  readonly title: string;
}

/** As `mlflow 3.17.2`. */
export function peerTitle(name: PeerName): string {
  return requirements[name][0].replace('==', ' ');
}

/** As `tensorboardX 2.6.5`: one of the products that the peer was made of. */
export function peerProduct(name: PeerName, product: string): string {
  const wanted = requirements[name].find(one => one.startsWith(`${product}==`));
  if (wanted === undefined) throw new Error(`${product} is not pinned for ${name}`);
  return wanted.replace('==', ' ');
}

/** Rejects with what to do where there is no Python that can make virtual environments, else with pip's words. */
export async function pythonPeer(name: PeerName, say: (line: string) => void): Promise<Peer> {
  const target = join(cacheFolder(), placeOf(name));
  const folder = await installOnce(placeOf(name), async partial => {
    say(`Installing ${peerTitle(name)} into ${target} …`);
    await makeVirtualEnvironment(partial);
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-compile', '--no-input'];
    await succeed(peerIn(name, partial).python, ['-m', 'pip', 'install', ...quiet, ...requirements[name]]);
    await moveShebangs(peerIn(name, partial).programs, partial, target);
  });
  return peerIn(name, folder);
}

/** The peer when it is installed already. */
export function installedPeer(name: PeerName): Peer | undefined {
  const folder = join(cacheFolder(), placeOf(name));
  return existsSync(folder) ? peerIn(name, folder) : undefined;
}

/** Relative to the cache folder. */
function placeOf(name: PeerName): string {
  const wanted = requirements[name];
  const hash = createHash('sha256').update(wanted.join('\n')).digest('hex').slice(0, 8);
  return join('peers', `${wanted[0].replace('==', '-')}-${hash}`);
}

function peerIn(name: PeerName, folder: string): Peer {
  const windows = process.platform === 'win32';
  const programs = join(folder, windows ? 'Scripts' : 'bin');
  return { python: join(programs, windows ? 'python.exe' : 'python'), programs, title: peerTitle(name) };
}

async function makeVirtualEnvironment(folder: string): Promise<void> {
  await succeed('python3', [
    '-c',
    'import sys; sys.version_info >= (3, 9) or sys.exit("Python 3.9 or newer is needed: https://www.python.org/downloads")',
  ]);
  const { exitCode, stdout, stderr } = await runCommand({ program: 'python3', args: ['-m', 'venv', folder] });
  if (exitCode === 0) return;
  const words = `${stdout.toString('utf8')}${stderr}`.trim();
  throw new Error(
    /ensurepip|No module named venv/.test(words)
      ? 'Python on this machine cannot make virtual environments. sudo apt-get install python3-venv'
      : `python3 -m venv failed:\n${words}`,
  );
}

/** Programs name the Python they run with by its path, which changes when the folder gets its final name. */
async function moveShebangs(programs: string, from: string, to: string): Promise<void> {
  for (const entry of await readdir(programs, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(programs, entry.name);
    const bytes = await readFile(path);
    // On Windows they are programs, which hold the path in a way of their own: start modules there.
    if (bytes.includes(0) || !bytes.includes(from)) continue;
    await writeFile(path, bytes.toString('utf8').replaceAll(from, to));
  }
}

async function succeed(program: string, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runCommand({ program, args, timeoutMs: 20 * 60_000 }).catch(
    (error: unknown) => {
      throw new Error(`${program} could not be started: https://www.python.org/downloads`, { cause: error });
    },
  );
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stderr.trim()}`);
}
