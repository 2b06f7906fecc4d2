/**
 * What below a home folder are settings, caches and credentials of tools, and no files of a run. Below the folders that
 * every program uses (`~/.cache`, `~/.config`, `~/.local/share`) the tools are named, because a training keeps features,
 * settings and models there as well.
 */

/** Wholly of tools. */
const ofTools = new Set(['.nv', '.npm', '.rustup', '.cargo', '.pyenv', 'Library']);

/** Models and data sets that libraries download. */
const downloads: readonly string[] = [
  ...[
    '.cache/huggingface/hub',
    '.cache/huggingface/datasets',
    '.cache/torch/hub',
    '.cache/torch/checkpoints',
  ],
  ...[
    '.cache/torch/sentence_transformers',
    '.cache/kagglehub',
    '.cache/openml',
    '.cache/clip',
    '.cache/whisper',
  ],
];
/** Where reproductions run. */
const checkouts: readonly string[] = ['.cache/lockstep/checkouts', 'Library/Caches/lockstep/checkouts'];

/** Of their caches nothing changes what a program computes, or they are made of what is recorded elsewhere. */
const cachesOfTools =
  /^(?:pip(?:env|x|-tools)?|uv|pypoetry|poetry|pdm|conda|mamba|hatch|virtualenvs?|pre-commit|black|ruff|mypy|pylint|pyright|jedi|parso|ipython|jupyter.*|matplotlib|fontconfig|mesa_shader_cache.*|nvidia|nv|gl|glshader|torch|torch_extensions|torchinductor.*|triton|jax.*|xla.*|numba|pytensor|theano|huggingface|wandb|mlflow|dvc|lockstep.*|npm|yarn|pnpm|node.*|deno|bun|go-build|cargo|ccache|sccache|bazel.*|bazelisk|gradle|coursier|R|renv|julia|git.*|gh|vscode.*|code.*|JetBrains|sublime.*|(?:google-)?chrom.*|mozilla|thumbnails|gstreamer.*|tracker\d*|evolution|gnome.*|dconf|ibus|flatpak|snapd?|apt.*|debuginfod.*|starship|zsh.*|oh-my-.*|nix|podman|containers|docker.*|qt.*|QtProject|obexd|event-sound-cache.*|motd\..*|\.?ld\.so.*)$/i;

const settingsOfTools =
  /^(?:pip|uv|pypoetry|pdm|conda|mamba|hatch|matplotlib|fontconfig|git|gh|glab|hub|gcloud|google.*|aws|azure.*|doctl|rclone|s3cmd|kaggle|huggingface|wandb|mlflow|dvc|lockstep.*|ngrok|sops|age|op|1Password|Bitwarden.*|keepassxc|containers|podman|docker.*|kube.*|k9s|helm|systemd|dconf|ibus|pulse|pipewire|autostart|user-dirs.*|mimeapps.*|gtk.*|qt.*|QtProject.*|kde.*|plasma.*|fish|zsh|starship.*|nvim|vim|emacs|tmux|htop|btop|neofetch|Code.*|vscode.*|JetBrains|sublime.*|(?:google-)?chrom.*|mozilla|Slack|discord|spotify|configstore|yarn|npm|pnpm|node.*|deno|go|nix.*|jupyter.*|ipython|black|ruff|mypy|pycodestyle|flake8|yapf|nvtop|nsys.*|NVIDIA.*)$/i;

const dataOfTools =
  /^(?:jupyter.*|uv|pypoetry|pdm|pipx|virtualenvs?|hatch|mamba|conda|containers|podman|docker.*|keyrings|gnupg|gvfs-metadata|Trash|applications|icons|fonts|mime|recently-used.*|tracker\d*|evolution|gnome.*|dconf|flatpak|nvim|vim|zsh|fish|code.*|vscode.*|JetBrains|sublime.*|lockstep.*|npm|pnpm|yarn|node.*|gh|git.*|systemd|ibus|k(?:wallet|activity).*|baloo|sddm|Steam|lttng.*|nix|direnv|man)$/i;

/** Of whatever tool: not even a hash of these is recorded. */
const secretWords =
  /(?:^|[/._-])(?:token|secrets?|credentials?|passw(?:or)?ds?|o?auth2?|cookies?|keyrings?|api[-_]?keys?|login|sessions?|wallets?)(?:$|[/._-])|\.key$/i;

/** @param relative To the home folder, with forward slashes. */
export function isOfToolsInHome(relative: string): boolean {
  if ([...downloads, ...checkouts].some(folder => isIn(relative, folder))) return false;
  const [first = '', second = '', third = ''] = relative.split('/');
  if (ofTools.has(first)) return true;
  switch (first) {
    case '.cache':
      return cachesOfTools.test(second) || secretWords.test(relative);
    case '.config':
      return settingsOfTools.test(second) || secretWords.test(relative);
    case '.local':
      return second !== 'share' || dataOfTools.test(third) || secretWords.test(relative);
    default:
      return false;
  }
}

/** Kept by a program for its next run, below the home folder of whoever ran it; what was downloaded it did not make. */
export function isOwnCache(path: string): boolean {
  const relative = /[/\\]\.cache[/\\].*$/.exec(path)?.[0].slice(1).replaceAll('\\', '/');
  return relative !== undefined && !downloads.some(folder => isIn(relative, folder));
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
