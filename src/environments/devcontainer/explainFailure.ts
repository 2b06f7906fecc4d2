/** Makes of what the devcontainer program and the engine printed the one failure that it was. Order matters: causes before consequences. */
import type { LockstepError } from '../../base/lockstepError.ts';
import { explainStartError } from '../gpu/explainStartError.ts';
import type { CliResult } from './cliLog.ts';
import type { CliSession } from './cliSession.ts';
import type { DevcontainerConfig } from './devcontainerSchema.ts';
import { lineOfStep } from './dockerfile.ts';
import { engineGone, engineNotPermitted } from './errors.ts';
import {
  buildFailed,
  containerNameTaken,
  devcontainerFailed,
  dockerfileMissing,
  featureLockStale,
  featureMismatch,
  featureNotFound,
  gpuNotStarted,
  imageNotFound,
  initializeFailed,
  lifecycleFailed,
  mountMissing,
  noSpace,
  portTaken,
  registryLoginNeeded,
  registryUnreachable,
  unknownRunArgument,
  userMissing,
} from './upErrors.ts';
import { parseJsonc } from './parseJsonc.ts';

export interface FailedUp {
  readonly engine: 'docker' | 'podman';
  /** devcontainer.json relative to the project, and its text. */
  readonly config: string;
  readonly configText: string;
  readonly value: DevcontainerConfig;
  /** The Dockerfile relative to the project, and its text, where the image is built from one. */
  readonly dockerfile?: { readonly path: string; readonly text: string } | undefined;
  /** The lockfile of Features relative to the project, where there is one. */
  readonly featureLock?: string | undefined;
  readonly result: CliResult | undefined;
  readonly session: Pick<CliSession, 'tail' | 'build' | 'lifecycle' | 'command'>;
}

export function explainFailure(failed: FailedUp): LockstepError {
  return (
    engineFailure(failed) ??
    featureFailure(failed) ??
    commandFailure(failed) ??
    pullFailure(failed) ??
    buildFailure(failed) ??
    startFailure(failed) ??
    devcontainerFailed(plainMessage(failed), meaningful(failed.session.tail))
  );
}

function engineFailure({ engine, session }: FailedUp): LockstepError | undefined {
  const find = finder(session.tail);
  const denied = find(
    /permission denied.*(?:docker|podman).*(?:sock|daemon)|permission denied while trying to connect/i,
  );
  if (denied !== undefined) return engineNotPermitted(engine, denied);
  const gone = find(
    /cannot connect to the docker daemon|is the docker daemon running|error during connect|unable to connect to podman/i,
  );
  if (gone !== undefined) return engineGone(engine, gone);
  const full = find(/no space left on device|ENOSPC|disk quota exceeded/i);
  return full === undefined ? undefined : noSpace(engine, full);
}

function featureFailure({
  result,
  session,
  value,
  featureLock,
  config,
  configText,
}: FailedUp): LockstepError | undefined {
  const said = [result?.message ?? '', ...session.tail];
  const find = finder(said);
  if (find(/Lockfile does not (?:match|exist)/) !== undefined)
    return featureLockStale(featureLock ?? 'devcontainer-lock.json');
  const feature = find(/could not be processed|Failed to (?:fetch|download) (?:tar|manifest|feature)/i);
  const named =
    feature === undefined ? undefined : Object.keys(value.features ?? {}).find(id => feature.includes(id));
  if (feature !== undefined && (named !== undefined || /feature/i.test(feature))) {
    const id = named ?? /'([^']+)'/.exec(feature)?.[1] ?? 'of devcontainer.json';
    return featureLock === undefined ? featureNotFound(id) : featureMismatch(id, featureLock);
  }
  const unreachable = /getaddrinfo \w+ (\S+)|connect ECONNREFUSED (\S+)/.exec(result?.message ?? '');
  if (unreachable !== null) {
    const host = unreachable[1] ?? unreachable[2] ?? '';
    const id = Object.keys(value.features ?? {}).find(one => one.startsWith(host));
    return registryUnreachable(id === undefined ? host : `The Feature ${id}`, result?.message ?? '');
  }
  const missing = /no such file or directory, open '([^']+)'/.exec(result?.message ?? '')?.[1];
  if (missing !== undefined && !missing.endsWith('.json'))
    return dockerfileMissing(missing, config, lineOf(configText, ['build', 'dockerfile']));
  return undefined;
}

function commandFailure({ result, session }: FailedUp): LockstepError | undefined {
  const name = /(\w+Command) (?:from|in) .* failed/.exec(result?.description ?? '')?.[1];
  if (name === undefined) return undefined;
  const command = /^Command failed: (?:\/bin\/sh -c )?([\s\S]*)$/.exec(result?.message ?? '')?.[1] ?? name;
  const output = session.lifecycle?.name === name ? session.lifecycle.output : [];
  return name === 'initializeCommand'
    ? initializeFailed(command, output)
    : lifecycleFailed(name, command, output);
}

const unreachableText =
  /dial tcp|no such host|connection refused|i\/o timeout|TLS handshake|network is unreachable|certificate|server gave HTTP response|Temporary failure in name resolution|pinging container registry/i;
const absentText =
  /manifest (?:for \S+ )?(?:unknown|not found)|manifest unknown|name unknown|repository (?:\S+ )?(?:does not exist|not found)|pull access denied|not found: |: not found|no such image|requested access to the resource is denied|did not resolve to an alias|unauthorized/i;

const loginText =
  /no basic auth credentials|authentication required|unauthorized: |invalid username\/password/i;

/** What the engine says itself, whatever it is, but for the look whether the image is here. */
const ownWords = /^Error: (?!Command failed|inspecting object|No such (?:image|object))/i;

function pullFailure({
  engine,
  result,
  session,
  config,
  configText,
  value,
  dockerfile,
}: FailedUp): LockstepError | undefined {
  const pulled = /^Command failed: \S+ pull (\S+)/.exec(result?.message ?? '')?.[1];
  const find = finder(session.tail);
  const login = find(loginText);
  const line = login ?? find(unreachableText) ?? find(absentText);
  if (pulled === undefined && (session.build.failure?.step !== undefined || line === undefined))
    return undefined;
  const image = pulled ?? fromOfBuild(session) ?? value.image;
  if (image === undefined) return undefined;
  if (pulled === undefined && !/^FROM\b/i.test(session.build.steps.at(-1)?.text ?? 'FROM')) return undefined;
  const detail = reason(line ?? find(ownWords) ?? `${pulled ?? image} could not be pulled.`);
  if (login !== undefined) return registryLoginNeeded(engine, image, detail);
  if (line !== undefined && unreachableText.test(line))
    return registryUnreachable(`The image ${image}`, detail);
  const where =
    value.image === image
      ? `${config}:${lineOf(configText, ['image'])}`
      : dockerfile === undefined
        ? config
        : `${dockerfile.path}${lineText(lineOfFrom(dockerfile.text, image))}`;
  return imageNotFound(image, where, detail);
}

function buildFailure({ session, dockerfile, result }: FailedUp): LockstepError | undefined {
  const { build, tail } = session;
  const parse = finder(tail)(
    /dockerfile parse error|unknown instruction|failed to parse (?:stage|dockerfile)/i,
  );
  if (parse !== undefined) {
    const word = /unknown instruction: "?(\w+)/i.exec(parse)?.[1];
    const line =
      dockerfile === undefined || word === undefined ? undefined : lineOfWord(dockerfile.text, word);
    return buildFailed({
      text: word ?? 'the Dockerfile',
      place: dockerfile === undefined ? undefined : `${dockerfile.path}${lineText(line)}`,
      reason: `The builder does not understand it: ${reason(parse)}`,
      output: [],
    });
  }
  const { failure } = build;
  const inBuild = /^Command failed: \S+ (?:buildx )?build /.test(result?.message ?? '');
  if (failure === undefined && !inBuild) return undefined;
  const step = failure?.step ?? build.steps.at(-1);
  if (step === undefined) return undefined;
  const line = dockerfile === undefined ? undefined : lineOfStep(dockerfile.text, step.text);
  return buildFailed({
    text: step.text.replace(/\s+/g, ' '),
    place: line === undefined || dockerfile === undefined ? undefined : `${dockerfile.path}:${line}`,
    reason: failure?.reason ?? reason(meaningful(tail).at(-1) ?? 'The builder did not say why.'),
    output: step.output,
  });
}

function startFailure({ session, config, configText, value, result }: FailedUp): LockstepError | undefined {
  const find = finder(session.tail);
  const gpu = explainStartError(session.tail.join('\n'));
  if (gpu !== undefined && / (?:run|start) /.test(` ${result?.message ?? session.command} `))
    return gpuNotStarted(gpu);
  const flag = find(/unknown (?:shorthand )?flag|flag provided but not defined/i);
  if (flag !== undefined) {
    const option = /(?:flag:? (?:'\w' in )?|defined: )(-{1,2}[\w-]+)/i.exec(flag)?.[1] ?? flag;
    const index = (value.runArgs ?? []).findIndex(word => word.startsWith(option));
    return unknownRunArgument(option, config, index < 0 ? undefined : lineOf(configText, ['runArgs', index]));
  }
  const mount = find(/bind source path does not exist|statfs .*no such file|error mounting .* no such file/i);
  if (mount !== undefined)
    return mountMissing(
      /does not exist: (.*)$/.exec(mount)?.[1] ?? /statfs "?([^":]+)"?:/.exec(mount)?.[1] ?? mount,
      config,
    );
  const user = find(/unable to find user (\S+)|no users found|user: unknown user (\S+)/);
  if (user !== undefined)
    return userMissing(
      /user ([^\s:]+)/.exec(user)?.[1] ?? value.remoteUser ?? value.containerUser ?? '',
      config,
    );
  const port = find(/port is already allocated|address already in use/i);
  if (port !== undefined) return portTaken(reason(port));
  const name = find(
    /container name "?\/?([\w.-]+)"? is already in use|the container name .* is already in use/i,
  );
  if (name !== undefined) return containerNameTaken(/name "?\/?([\w.-]+)/.exec(name)?.[1] ?? '');
  return undefined;
}

/** The newest line that matches. */
function finder(lines: readonly string[]): (pattern: RegExp) => string | undefined {
  return pattern => lines.findLast(line => pattern.test(line));
}

/** `docker: Error response from daemon: x` says x. */
function reason(line: string): string {
  const bare = line
    .replace(/^(?:docker: |podman: )?(?:Error response from daemon: |Error: |error: )+/i, '')
    .trim();
  return /[.?!]$/.test(bare) ? bare : `${bare}.`;
}

function meaningful(lines: readonly string[]): string[] {
  return lines.filter(
    line =>
      !/^Run '\S+ run --help'|^(?:Error: )?Command failed: |^trap "|^exec "|^while sleep|^\[\]$|^Retrying \(/.test(
        line,
      ),
  );
}

function plainMessage({ result }: FailedUp): string {
  const message = (result?.message ?? '').split('\n')[0] ?? '';
  const failed = /^Command failed: (\S+ \S+)/.exec(message)?.[1];
  if (failed !== undefined)
    return `The container could not be brought up: ${failed.replace(/^.*\//, '')} failed.`;
  return message === ''
    ? 'The container could not be brought up.'
    : `The container could not be brought up: ${message}`;
}

function fromOfBuild(session: FailedUp['session']): string | undefined {
  const step = session.build.steps.findLast(({ text }) => /^FROM\b/i.test(text));
  return step === undefined ? undefined : /^FROM\s+(?:--\S+\s+)*(\S+)/i.exec(step.text)?.[1];
}

function lineOf(text: string, path: readonly (string | number)[]): number {
  return parseJsonc(text).placeOf(path).line;
}

function lineOfFrom(dockerfile: string, image: string): number | undefined {
  const at = dockerfile.split('\n').findIndex(line => /^\s*FROM\s/i.test(line) && line.includes(image));
  return at < 0 ? undefined : at + 1;
}

function lineOfWord(dockerfile: string, word: string): number | undefined {
  const at = dockerfile
    .split('\n')
    .findIndex(line => line.trim().toUpperCase().startsWith(word.toUpperCase()));
  return at < 0 ? undefined : at + 1;
}

function lineText(line: number | undefined): string {
  return line === undefined ? '' : `:${line}`;
}
