/** The order of suspicion, over variables as real machines have them. */
import assert from 'node:assert/strict';
import { differenceSentences, differsHarmlessly } from '../../../../src/reproduction/cause/causeSentences.ts';
import { causeReportSentence } from '../../../../src/reproduction/cause/causeReportSentence.ts';
import { isHarmlessVariable } from '../../../../src/reproduction/cause/harmlessVariable.ts';
import { likely, suspects } from '../../../../src/reproduction/cause/suspects.ts';
import type { Ingredient, IngredientName } from '../../../../src/runs/verdict.ts';

/** Names of variables, as they are set on machines of these kinds, that decide no number. */
const environments: Readonly<Record<string, string>> = {
  'a development container':
    'AWS_CA_BUNDLE CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE CLOUD_SDK_VERSION CONTAINER_NAME CURL_CA_BUNDLE DEBIAN_FRONTEND GIT_SSL_CAINFO GRPC_DEFAULT_SSL_ROOTS_FILE_PATH HOME HTTPLIB2_CA_CERTS IS_SANDBOX NIX_SSL_CERT_FILE NODE_EXTRA_CA_CERTS PIP_CERT PIP_DEFAULT_TIMEOUT PIP_FIND_LINKS PIP_INDEX_URL REQUESTS_CA_BUNDLE RUSTUP_AUTO_INSTALL RUST_BACKTRACE SHELL SHLVL SSL_CERT_DIR SSL_CERT_FILE TERM TF_CLI_CONFIG_FILE TOX_OVERRIDE UV_CACHE_DIR UV_NATIVE_TLS UV_SYSTEM_CERTS PYTHONDONTWRITEBYTECODE',
  'a desktop with GNOME':
    'DESKTOP_SESSION DISPLAY GNOME_DESKTOP_SESSION_ID GNOME_TERMINAL_SCREEN GTK_MODULES LOGNAME QT_ACCESSIBILITY QT_IM_MODULE SESSION_MANAGER SSH_AUTH_SOCK SYSTEMD_EXEC_PID USER USERNAME WAYLAND_DISPLAY WINDOWPATH XAUTHORITY XDG_SESSION_ID XDG_RUNTIME_DIR VTE_VERSION COLORTERM',
  'macOS with Homebrew': 'HOMEBREW_PREFIX ITERM_PROFILE ITERM_SESSION_ID TERM_PROGRAM TERM_SESSION_ID TMPDIR',
  'GitHub Actions':
    'CI GITHUB_RUN_ID GITHUB_SHA GITHUB_ACTIONS RUNNER_TEMP RUNNER_OS ACTIONS_RUNTIME_URL JAVA_HOME GRADLE_HOME PIPX_HOME',
  'a cluster with SLURM': 'SLURM_JOB_ID SLURM_JOBID SLURM_STEP_ID SLURM_SUBMIT_DIR SLURM_TASK_PID HOSTNAME',
  'libraries that say more':
    'TF_CPP_MIN_LOG_LEVEL NCCL_DEBUG TORCH_LOGS TORCH_HOME MKL_VERBOSE OMP_DISPLAY_ENV KMP_WARNINGS JAX_COMPILATION_CACHE_DIR HF_HOME TRANSFORMERS_VERBOSITY TORCHINDUCTOR_CACHE_DIR http_proxy HTTPS_PROXY no_proxy',
};

/** These decide numbers, or a program may read them. */
const matter =
  'OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_CORETYPE PYTHONHASHSEED CUBLAS_WORKSPACE_CONFIG CUDA_VISIBLE_DEVICES NVIDIA_TF32_OVERRIDE TF_DETERMINISTIC_OPS TF_ENABLE_ONEDNN_OPTS XLA_FLAGS NCCL_ALGO TORCH_ALLOW_TF32_CUBLAS_OVERRIDE JAX_ENABLE_X64 LD_LIBRARY_PATH LD_PRELOAD PYTHONPATH LANG LC_ALL TZ SEED LEARNING_RATE DATA_DIR WORLD_SIZE KERAS_BACKEND MKL_CBWR SLURM_NTASKS PYTHONOPTIMIZE';

function row(name: IngredientName, ...differences: string[]): Ingredient {
  return {
    ...{ name, differences, status: differences.length === 0 ? 'same' : 'differs' },
    ...{ original: '', now: '' },
  };
}

const harmlessLines = Object.values(environments)
  .join(' ')
  .split(' ')
  .flatMap((name, at) => [
    `variable ${name} ${['has another value', 'is set only now', 'was set in the original only'][at % 3] ?? ''}`,
  ]);

/** What can explain a numeric difference, each with its place in the report. */
const explaining: readonly (readonly [IngredientName, string])[] = [
  ['data', 'data.csv 1a2b3c4 → 5d6e7f8'],
  ['parameters', 'numpy.random.seed 7 → 8 (train.py:12)'],
  ['parameters', 'seed 7 → 8'],
  ['environment', 'numpy 1.26.4 → 2.0.1'],
  ['environment', 'pandas 2.0.0 → 2.1.0'],
  ['determinism', 'OMP_NUM_THREADS 1 → 2'],
  ['determinism', 'torch.threads 1 → 2'],
];

describe('the order of suspicion', () => {
  it('has no variable of a certificate, installer, terminal or session as a cause', () => {
    for (const [what, names] of Object.entries(environments))
      for (const name of names.split(' ')) assert.ok(isHarmlessVariable(name), `${what}: ${name}`);
    for (const name of matter.split(' ')) assert.ok(!isHarmlessVariable(name), name);
  });

  it('puts what can explain a number first, whatever else differs', () => {
    for (const [ingredient, line] of explaining) {
      const rows = [row('environment', ...harmlessLines, 'system Linux 5 → Linux 6')];
      if (ingredient === 'environment') rows[0] = row('environment', ...harmlessLines, line);
      else if (ingredient !== 'determinism') rows.push(row(ingredient, line));
      rows.push(
        row('determinism', 'NCCL_DEBUG INFO → WARN', ...(ingredient === 'determinism' ? [line] : [])),
      );
      const [first, second] = suspects(rows, 'growing');
      assert.equal(first?.difference, line);
      assert.ok(first.weight >= likely && (second?.weight ?? 0) < likely, line);
      const told = differenceSentences(rows, { key: 'loss', step: 0, shape: 'growing', relative: 1e-6 }).join(
        ' ',
      );
      assert.match(told, /likeliest cause is|No numerical library|It may read or prepare/);
      assert.ok(told.includes(line), told);
      assert.doesNotMatch(told, /CERT|PIP_|UV_|DEBIAN|TERM|SESSION|NCCL_DEBUG/);
    }
  });

  it('says where only such variables differ that they decide nothing', () => {
    const rows = [row('code'), row('environment', ...harmlessLines)];
    const told = differenceSentences(rows, { key: 'loss', step: 0, shape: 'growing' }).join(' ');
    assert.match(told, /^Code is identical\. What differs decides no numbers: variable \w+ /);
    assert.doesNotMatch(told, /cause/);
    assert.ok(differsHarmlessly(rows));
    assert.ok(!differsHarmlessly([row('environment', 'variable LEARNING_RATE has another value')]));
    assert.ok(!differsHarmlessly([row('code')]));
    // A package may have such a name.
    assert.ok(!differsHarmlessly([row('environment', 'certifi 1.0 → 2.0')]));
  });

  it('names none of them among what was not tried', () => {
    const untried = (ingredient: IngredientName, restored: string) => ({ ingredient, restored, problem: '' });
    const sentence = causeReportSentence({
      ...{ schemaVersion: 1, at: '', host: '', runId: '', reproductionId: '', sentence: '', trials: [] },
      control: { joins: false },
      untried: [
        untried('environment', 'variable PYTHONWARNINGS a → b'),
        untried('parameters', 'random.seed 8 → 7 (train.py:2)'),
      ],
    });
    assert.match(sentence, /Not tried: random\.seed 8 → 7 \(train\.py:2\)\.$/);
  });
});
