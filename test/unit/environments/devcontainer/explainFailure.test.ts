/** Real logs of the devcontainer program on a real engine: each failure becomes the one that it was. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { projectRoot } from '../../../../scripts/projectRoot.ts';
import { parseCliResult } from '../../../../src/environments/devcontainer/cliLog.ts';
import { CliSession } from '../../../../src/environments/devcontainer/cliSession.ts';
import type { EnvironmentProgress } from '../../../../src/environments/devcontainer/environmentProgress.ts';
import { explainFailure } from '../../../../src/environments/devcontainer/explainFailure.ts';
import type { FailedUp } from '../../../../src/environments/devcontainer/explainFailure.ts';
import { parseDevcontainer } from '../../../../src/environments/devcontainer/readDevcontainer.ts';

const logs = join(projectRoot, 'test', 'fixtures', 'devcontainer-logs');

async function fixture(name: string): Promise<{ log: string; result: string }> {
  return {
    log: await readFile(join(logs, `${name}.log`), 'utf8'),
    result: await readFile(join(logs, `${name}.json`), 'utf8'),
  };
}

function followed(log: string): { session: CliSession; told: EnvironmentProgress[] } {
  const told: EnvironmentProgress[] = [];
  const session = new CliSession(progress => told.push(progress));
  for (const line of log.split('\n')) session.take(line);
  return { session, told };
}

function failed(
  log: string,
  result: string,
  more: Partial<FailedUp> & { readonly configText?: string } = {},
): FailedUp {
  const text = more.configText ?? '{"image": "debian:bookworm"}';
  const { config, value } = parseDevcontainer('/project', '/project/.devcontainer/devcontainer.json', text);
  return {
    ...{ engine: 'docker', config, configText: text, value },
    ...{ result: parseCliResult(result), session: followed(log).session },
    ...more,
  };
}

const built = '{"build": {"dockerfile": "Dockerfile"}}';
const dockerfile = (text: string): Partial<FailedUp> & { configText: string } => ({
  configText: built,
  dockerfile: { path: '.devcontainer/Dockerfile', text },
});

const rows: readonly (readonly [
  log: string,
  more: Partial<FailedUp> & { configText?: string },
  code: string,
  message: RegExp,
])[] = [
  [
    'build-error',
    dockerfile(
      'FROM debian:bookworm\n# c\nRUN echo ok && \\\n    python3 -c "print(1)"\nRUN pip install nothing-like-this \\\n  --quiet\n',
    ),
    'build-failed',
    /Dockerfile:5: RUN pip install nothing-like-this --quiet\n {2}\/bin\/sh: 1: pip: not found\nIt ended with exit code 127\.$/,
  ],
  [
    'copy-failed',
    dockerfile('FROM debian:bookworm\nCOPY missing.txt /x\n'),
    'build-failed',
    /Dockerfile:2: COPY missing\.txt \/x\n.*file not found in build context/,
  ],
  [
    'unknown-instruction',
    dockerfile('FROM debian:bookworm\nRUM true\n'),
    'build-failed',
    /Dockerfile:2: RUM\n/,
  ],
  [
    'dockerfile-missing',
    { configText: built },
    'dockerfile-missing',
    /Nofile is not there, and \.devcontainer\/devcontainer\.json:1/,
  ],
  [
    'registry-unreachable',
    { configText: '{"image": "lockstep-absent:1"}' },
    'registry-unreachable',
    /The image lockstep-absent:1 .*no such host/,
  ],
  [
    'feature-unreachable',
    { configText: '{"image": "debian:bookworm", "features": {"ghcr.io/devcontainers/features/git:1": {}}}' },
    'registry-unreachable',
    /The Feature ghcr\.io\/devcontainers\/features\/git:1 /,
  ],
  ['gpu-without-driver', {}, 'no-nvidia-runtime', /NVIDIA|GPU/],
  [
    'unknown-flag',
    { configText: '{\n "image": "debian:bookworm",\n "runArgs": [\n  "--nonsense"]}' },
    'unknown-run-argument',
    /no option --nonsense, which \.devcontainer\/devcontainer\.json:4 /,
  ],
  [
    'lifecycle-failed',
    {},
    'lifecycle-command-failed',
    /its postCreateCommand failed: echo before; exit 3\n {2}before$/,
  ],
  ['initialize-failed', {}, 'initialize-command-failed', /failed: exit 4$/],
  ['mount-missing', {}, 'mount-missing', /^\/nope\/x is not there/],
  [
    'user-missing',
    { configText: '{"image": "debian:bookworm", "remoteUser": "nobodyhere"}' },
    'user-missing',
    /no user nobodyhere/,
  ],
];

describe('a devcontainer that does not come up', () => {
  for (const [name, more, code, message] of rows)
    it(`is explained: ${name}`, async () => {
      const { log, result } = await fixture(name);
      const error = explainFailure(failed(log, result, more));
      assert.match(error.message, message);
      if (name !== 'gpu-without-driver') assert.equal(error.code, code);
      assert.ok((error.mend ?? '').length > 10, 'says what to do');
    });

  const said: readonly (readonly [line: string, code: string, engine?: 'podman'])[] = [
    [
      'Cannot connect to the Docker daemon at unix:///run/docker.sock. Is the docker daemon running?',
      'engine-stopped',
    ],
    [
      'Got permission denied while trying to connect to the Docker daemon socket at unix:///run/docker.sock',
      'engine-not-permitted',
    ],
    ['write /var/lib/docker/tmp/x: no space left on device', 'no-space'],
    ['Error: keep-id is only supported in rootless mode', 'keep-id-needs-rootless', 'podman'],
    ['Error: unknown flag: --nonsense', 'unknown-run-argument', 'podman'],
    ['Error: statfs /nope/x: no such file or directory', 'mount-missing', 'podman'],
    [
      'docker: Error response from daemon: driver failed: Bind for 0.0.0.0:80 failed: port is already allocated',
      'port-taken',
    ],
    [
      'docker: Error response from daemon: Conflict. The container name "/one" is already in use by container "x".',
      'container-name-taken',
    ],
    ['something nobody has seen', 'devcontainer-failed'],
  ];
  for (const [line, code, engine] of said)
    it(`is known by its words: ${code}`, () => {
      const log = JSON.stringify({ type: 'raw', level: 3, text: `${line}\n` });
      const result = JSON.stringify({ outcome: 'error', message: 'Command failed: docker run -l x' });
      const error = explainFailure(failed(log, result, engine === undefined ? {} : { engine }));
      assert.equal(error.code, code);
      assert.doesNotMatch(error.message, /-l x/, 'not the whole command line');
    });

  const pulls: readonly (readonly [line: string, code: string])[] = [
    ['Error response from daemon: manifest for debian:nope not found: manifest unknown', 'image-not-found'],
    [
      'Error response from daemon: pull access denied for debian, repository does not exist',
      'image-not-found',
    ],
    [
      'Error response from daemon: Get "https://r/v2/": net/http: TLS handshake timeout',
      'registry-unreachable',
    ],
    [
      'Error: initializing source docker://r/x:1: pinging container registry r: dial tcp: connection refused',
      'registry-unreachable',
    ],
  ];
  for (const [line, code] of pulls)
    it(`tells a missing image from a registry that does not answer: ${line.slice(0, 50)}`, () => {
      const log = JSON.stringify({ type: 'raw', level: 2, text: `${line}\n` });
      const result = JSON.stringify({ outcome: 'error', message: 'Command failed: docker pull debian:nope' });
      const error = explainFailure(failed(log, result, { configText: '{\n"image": "debian:nope"}' }));
      assert.equal(error.code, code);
      if (code === 'image-not-found') assert.match(error.message, /devcontainer\.json:2 names/);
    });

  it('is told of a Feature whose digest is another, by the lockfile, and not as missing permission', () => {
    const log = JSON.stringify({
      type: 'text',
      level: 5,
      text: "ERR: Feature 'localhost:5055/lab/features/hello:1' could not be processed.  You may not have permission to access this Feature",
    });
    const more = {
      configText: '{"image": "debian:bookworm", "features": {"localhost:5055/lab/features/hello:1": {}}}',
      featureLock: '.devcontainer/devcontainer-lock.json',
    };
    const error = explainFailure(failed(log, '', more));
    assert.equal(error.code, 'feature-mismatch');
    assert.match(error.message, /hello:1 is not what \.devcontainer\/devcontainer-lock\.json says/);
    assert.equal(
      explainFailure(failed(log, '', { ...more, featureLock: undefined })).code,
      'feature-not-found',
    );
  });

  it('is explained by something whatever the log holds', async () => {
    const texts = await Promise.all(rows.map(([name]) => fixture(name)));
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(40_000), fc.string({ maxLength: 20 })), { maxLength: 5 }),
        fc.nat(40_000),
        ({ log, result }, edits, cut) => {
          let text = log.slice(0, Math.max(200, cut));
          for (const [at, added] of edits) text = text.slice(0, at) + added + text.slice(at + added.length);
          const error = explainFailure(failed(text, result));
          assert.ok(error.message.length > 0 && error.message.length < 20_000);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a devcontainer that comes up', () => {
  it('tells its phases, build steps and what its commands printed', async () => {
    const { log, result } = await fixture('success');
    const { session, told } = followed(log);
    const lines = told.flatMap(progress =>
      progress.kind === 'phase'
        ? [`${progress.phase} ${progress.detail ?? ''}`.trim()]
        : progress.kind === 'step' && !progress.text.startsWith('LABEL')
          ? [`  ${progress.number} ${progress.text}`]
          : progress.kind === 'output' && progress.text.includes('hello')
            ? [`  > ${progress.text}`]
            : [],
    );
    assert.deepEqual(lines, [
      'build',
      '  1/6 ARG _DEV_CONTAINERS_BASE_IMAGE=scratch',
      '  2/6 FROM debian:bookworm AS dev_container_auto_added_stage_label',
      '  3/6 RUN echo step one',
      '  4/6 RUN echo step two && echo err >&2',
      '  5/6 FROM $_DEV_CONTAINERS_BASE_IMAGE AS dev_containers_target_stage',
      'start',
      'set-up',
      'lifecycle postCreateCommand: echo hello from post create',
      '  > hello from post create',
    ]);
    assert.equal(session.shellEnvironment?.['HOME'], '/root');
    assert.deepEqual(session.leftContainers, []);
    assert.equal(parseCliResult(result)?.remoteUser, 'root');
  });

  it('has left a container where a build step failed', async () => {
    const { session } = followed((await fixture('build-error')).log);
    assert.equal(session.leftContainers.length, 1);
  });
});
