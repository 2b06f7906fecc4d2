/** Which folders are not looked into for files of metrics: version control, environments, caches, data sets of Lockstep. */

const names = new Set([
  ...[
    '.git',
    '.hg',
    '.svn',
    '.dvc',
    '.lockstep',
    'node_modules',
    'site-packages',
    'dist-packages',
    '__pycache__',
  ],
  ...['.venv', 'venv', '.tox', '.nox', '.eggs', '.conda', '.pixi', 'conda-meta', '.cache', '.mypy_cache'],
  ...[
    '.pytest_cache',
    '.ruff_cache',
    '.ipynb_checkpoints',
    '.ipython',
    '.jupyter',
    '.vscode',
    '.idea',
    '.ssh',
  ],
  ...[
    '.aws',
    '.gnupg',
    '.kube',
    '.docker',
    '.azure',
    '.triton',
    'torch_compile_cache',
    '.npm',
    'mlruns',
    'mlartifacts',
  ],
]);

/** @param name Of a folder, without its path. */
export function isPassedOver(name: string): boolean {
  return names.has(name);
}

/** A file that lies in the root of a virtual environment. */
export const environmentMarks: ReadonlySet<string> = new Set(['pyvenv.cfg', 'conda-meta']);

const plainEnding =
  /\.(?:py|pyc|txt|log|out|err|md|rst|png|jpe?g|gif|webp|bmp|tiff?|svg|pdf|mp4|wav|flac|npy|npz|pt|pth|ckpt|bin|safetensors|onnx|h5|hdf5|pkl|pickle|joblib|parquet|arrow|feather|zip|gz|xz|bz2|zst|tar|tgz|tmp|lock|part|swp|html?|css|js|ts|c|cc|cpp|h|cu|so|o|json|jsonl|csv|tsv|ya?ml|toml|ini|cfg|ipynb|sh|db|db-wal|db-shm|db-journal|sqlite|model|index|lst|rec)$/i;

/** A name that hardly any folder has, so that it need not be asked. */
export function looksLikeFile(name: string): boolean {
  return plainEnding.test(name);
}
