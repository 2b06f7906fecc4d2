/**
 * Variables that decide no number: where certificates lie, how packages are installed, what is logged, who is logged in.
 * They may differ between any two runs, and are never called a cause. Invariant: what a training may read for itself,
 * such as a variable of its own, is none of them.
 */
import { isSessionVariable } from '../../runs/sessionVariable.ts';

export function isHarmlessVariable(name: string): boolean {
  return isSessionVariable(name) || harmless.test(name);
}

/** Whether a line of a comparison is about one of them: `variable PIP_CERT has another value`, `NCCL_DEBUG INFO → WARN`. */
export function isHarmlessDifference(line: string): boolean {
  const name = /^(?:variable )?([A-Za-z_]\w*) /.exec(line)?.[1];
  return name !== undefined && (line.startsWith('variable ') || isUpper(name)) && isHarmlessVariable(name);
}

/** Packages and facts of libraries have small letters: `ssl_certs 1.0 → 2.0` is a package. */
function isUpper(name: string): boolean {
  return name === name.toUpperCase() && name.length > 1;
}

const harmless = new RegExp(
  `^(?:${[
    // Certificates and proxies.
    ...[
      '\\w*(?:SSL|TLS|CA)_(?:CERTS?|CERTIFICATES?|BUNDLE|ROOTS|CAINFO|CAPATH)\\w*',
      '\\w*CA_CERTS(?:_FILE)?',
    ],
    ...['(?:https?|ftp|all|no)_proxy', '(?:HTTPS?|FTP|ALL|NO)_PROXY', 'CERT_PATH', 'SSLKEYLOGFILE'],
    // What installs and builds.
    ...['DEBIAN_FRONTEND', 'DEBCONF_\\w+', 'APT_\\w+', 'PIP_\\w+', 'PIPX_\\w+', 'PIPENV_\\w+', 'POETRY_\\w+'],
    ...[
      'UV_\\w+',
      'PDM_\\w+',
      'HATCH_\\w+',
      'TOX_\\w+',
      'PIXI_\\w+',
      'MAMBA_\\w+',
      'CONDA_(?:EXE|PYTHON_EXE|CHANNELS|PKGS_DIRS)',
    ],
    ...[
      'RUSTUP_\\w+',
      'CARGO_\\w+',
      'RUST_(?:BACKTRACE|LOG)',
      'GO(?:PATH|PROXY|CACHE|FLAGS|SUMDB|TOOLCHAIN)',
    ],
    ...[
      'JAVA_HOME',
      'GRADLE_\\w+',
      'MAVEN_\\w+',
      'YARN_\\w+',
      'NPM_\\w+',
      'PNPM_\\w+',
      'BUN_\\w+',
      'DENO_\\w+',
    ],
    ...['MAKEFLAGS', 'CMAKE_\\w+', 'CCACHE_\\w+', 'PKG_CONFIG_PATH', 'TF_CLI_\\w+', 'CLOUD_?SDK_\\w+'],
    // Who is logged in, where, and in what terminal.
    ...[
      'HOME',
      'USER',
      'USERNAME',
      'LOGNAME',
      'HOSTTYPE',
      'OSTYPE',
      'MACHTYPE',
      'LANGUAGE',
      'TMPDIR',
      'TEMP',
      'TMP',
    ],
    ...[
      '\\w*_?SESSION_?(?:ID|NAME|TYPE)?',
      'WINDOWPATH',
      'ALACRITTY_\\w+',
      'WEZTERM_\\w+',
      'GHOSTTY_\\w+',
      'KONSOLE_\\w+',
    ],
    ...[
      'GNOME_\\w+',
      'KDE_\\w+',
      'DESKTOP_\\w+',
      'QT_\\w+',
      'GTK_\\w+',
      'XAUTHORITY',
      'STARSHIP_\\w+',
      'DIRENV_\\w+',
    ],
    ...[
      'SHELL_\\w+',
      'BASH_\\w+',
      'FZF_\\w+',
      'ASDF_\\w+',
      'MISE_\\w+',
      'FNM_\\w+',
      'VOLTA_\\w+',
      'SYSTEMD_\\w+',
      'MEMORY_PRESSURE_\\w+',
    ],
    ...[
      'AWS_CA_BUNDLE',
      'KUBERNETES_\\w+',
      'DOCKER_\\w+',
      'CONTAINER_(?:NAME|ID|HOST)',
      'CODESPACES?',
      'CODESPACE_\\w+',
      'IS_SANDBOX',
    ],
    ...['CURSOR_\\w+', 'JPY_\\w+', 'COLAB_\\w+', 'REMOTE_CONTAINERS\\w*', 'PYDEVD_\\w+', 'DEBUGPY_\\w+'],
    // Ids of jobs.
    ...[
      'CI',
      '(?:GITHUB|GITLAB|RUNNER|ACTIONS|BUILDKITE|CIRCLE|TRAVIS|JENKINS|TEAMCITY)_\\w+',
      'CI_\\w+',
      'BUILD_(?:ID|NUMBER|TAG|URL)',
    ],
    ...[
      'SLURM_(?:JOB|STEP|TASK|SUBMIT|CLUSTER|TOPOLOGY)\\w*',
      'WANDB_(?:RUN_ID|NAME|NOTES|API_KEY|DIR|MODE|SILENT)',
    ],
    // What libraries say and where they keep what can be made again.
    ...['PYTHON(?:DONTWRITEBYTECODE|WARNINGS|FAULTHANDLER|IOENCODING|PYCACHEPREFIX|BREAKPOINT|TRACEMALLOC)'],
    ...[
      '(?:TF|TORCH|NCCL|CUDNN|CUBLAS|CUBLASLT|MKL|OMP|KMP|ONEDNN|DNNL|XLA|JAX|PYTORCH|MIOPEN|HSA|ROCR|HIP|GLOO|ACCELERATE|TRANSFORMERS|HF|HF_HUB|NUMBA)_(?:\\w*_)?(?:VERBOSE|VERBOSITY|DEBUG|LOG|LOGS|LOGINFO_DBG|LOGLEVEL|LOG_LEVEL|LOG_FILE|LOGDEST_DBG|LOGGING|WARNINGS|DISPLAY_ENV|DISPLAY_AFFINITY|AFFINITY_FORMAT|SETTINGS|VERSION|CACHE|CACHE_DIR|CACHE_PATH|HOME)',
    ],
    ...[
      'TF_CPP_\\w*(?:LOG|VMODULE)\\w*',
      'TORCHINDUCTOR_CACHE_DIR',
      'TRITON_CACHE_DIR',
      'MPLBACKEND',
      'MPLCONFIGDIR',
    ],
    ...['OPENBLAS_VERBOSE', 'NVPL_\\w+_DEBUG\\w*', 'PROGRESS\\w*', 'TQDM_\\w+'],
  ].join('|')})$`,
);
