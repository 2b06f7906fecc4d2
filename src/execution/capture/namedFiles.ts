/**
 * Files of the working tree that the command or a configuration which the run read names, and where it had compiled
 * readers also those that its code names: HDF5, Parquet, OpenCV open them past every observer.
 */
import { open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isBelow } from './ignoredPaths.ts';

export interface NamedFilesQuestion {
  readonly argv: readonly string[];
  /** Absolute folders. */
  readonly cwd: string;
  readonly root: string;
  /** What the run read. Absolute. */
  readonly reads: readonly string[];
  /** Sources that it loaded. Absolute. */
  readonly sources: readonly string[];
  /** Names at the top of modules that it loaded from installed packages. */
  readonly packages: readonly string[];
}

const mostConfigs = 50;
const mostConfigBytes = 256 * 1024;
const mostNames = 5_000;

const config = /\.(?:ya?ml|json|toml|ini|cfg|conf|gin|properties)$/i;
/** What may be the path of a file: it has an ending. */
const nameLike = /[\w~.+@/-]*[\w~+@-]\.\w{1,12}\b/g;

const mostSources = 200;

/** Of them all one may open files by itself. */
const compiledReaders = new Set([
  ...[
    'pyarrow',
    'polars',
    'duckdb',
    'fastparquet',
    'datasets',
    'h5py',
    'tables',
    'netCDF4',
    'xarray',
    'zarr',
  ],
  ...[
    'cv2',
    'imageio_ffmpeg',
    'av',
    'decord',
    'soundfile',
    'torchaudio',
    'torchcodec',
    'rasterio',
    'SimpleITK',
  ],
  ...[
    'lmdb',
    'safetensors',
    'sentencepiece',
    'tokenizers',
    'llama_cpp',
    'faiss',
    'tensorflow',
    'onnxruntime',
  ],
  ...['xgboost', 'lightgbm', 'catboost', 'ROOT', 'uproot'],
]);

/** Data and models as a literal of the code: `"data/train.parquet"`. */
const dataLiteral =
  /["']([^"'\n]{1,300}\.(?:parquet|feather|arrow|ipc|orc|avro|h5|hdf5?|nc|lmdb|mdb|safetensors|gguf|csv|tsv|jsonl|ndjson|libsvm|svm|tfrecords?|duckdb|root|bin))["']/g;

/** Absolute paths of regular files below the root. Never rejects. */
export async function namedFiles(question: NamedFilesQuestion): Promise<string[]> {
  const { argv, cwd, root, reads, sources, packages } = question;
  const candidates = new Set<string>();
  const [program = ''] = argv;
  if (program.includes('/')) candidates.add(resolve(cwd, program));
  for (const word of argv.slice(1))
    for (const part of [word, ...word.split(/[=,:]/)]) if (part !== '') candidates.add(resolve(cwd, part));
  for (const path of reads.filter(one => config.test(one)).slice(0, mostConfigs))
    for (const [name] of (await textOf(path)).matchAll(nameLike))
      for (const folder of [cwd, root, dirname(path)]) candidates.add(resolve(folder, name));
  for (const name of await dataLiterals(sources, packages))
    for (const folder of [cwd, root]) candidates.add(resolve(folder, name));
  const files: string[] = [];
  for (const path of [...candidates].filter(one => isBelow(one, root)).slice(0, mostNames))
    if (
      await stat(path).then(
        found => found.isFile(),
        () => false,
      )
    )
      files.push(path);
  return files;
}

/** Empty where nothing that the program had loaded opens files by itself. */
async function dataLiterals(sources: readonly string[], packages: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const path of sources.filter(one => one.endsWith('.py')).slice(0, mostSources))
    texts.push(await textOf(path));
  const compiled =
    packages.some(name => compiledReaders.has(name)) ||
    sources.some(path => /\.(?:so|pyd|dll|dylib)(?:\.\d+)*$/.test(path)) ||
    texts.some(text => /\b(?:ctypes|cffi)\b/.test(text));
  return compiled ? texts.flatMap(text => [...text.matchAll(dataLiteral)].map(([, name = '']) => name)) : [];
}

async function textOf(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(mostConfigBytes), 0, mostConfigBytes, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}
