/**
 * Follows one call of the devcontainer program by its log: phases and steps for people, and what explains a failure
 * (the program's own result names the command that failed, never why).
 */
import { BuildOutput } from './buildOutput.ts';
import { isNoise, parseCliLine, plainLines, withoutColours } from './cliLog.ts';
import type { CliEvent } from './cliLog.ts';
import type { EnvironmentPhase, OnProgress } from './environmentProgress.ts';

const keptLines = 200;

export class CliSession {
  /** The newest build; a second one follows where the user's number is adapted. */
  build = new BuildOutput();
  /** What programs and the devcontainer program itself printed last, without events of its housekeeping. */
  readonly tail: string[] = [];
  /** The environment that a login shell inside has, once the program has looked: names to values. */
  shellEnvironment: Readonly<Record<string, string>> | undefined;
  /** The command that is running or ran last, as logged: `docker pull x`. */
  command = '';
  /** The lifecycle command that ran last, and what it printed. */
  lifecycle: { readonly name: string; readonly command: string; readonly output: string[] } | undefined;
  /** Containers that build steps ran in and that nobody has taken away. */
  readonly #leftContainers = new Set<string>();
  readonly #onProgress: OnProgress;
  #phase: EnvironmentPhase | undefined;
  #halfLine = '';

  constructor(onProgress: OnProgress = () => undefined) {
    this.#onProgress = onProgress;
  }

  get leftContainers(): readonly string[] {
    return [...new Set([...this.#leftContainers, ...this.build.leftContainers])];
  }

  /** Takes one line of standard error. */
  take(line: string): void {
    const event = parseCliLine(line);
    switch (event.type) {
      case 'start':
        this.#started(event.text);
        break;
      case 'stop':
        break;
      case 'progress':
        if (event.status === 'running') this.#lifecycle(event.name, event.stepDetail ?? '');
        break;
      case 'raw':
        this.#printed(event);
        break;
      case 'text':
        this.#said(event);
        break;
      case 'stray':
        if (!/^\s+at |^\(node:|^\(Use `/.test(event.text)) this.#keep(plainLines(event.text));
        break;
    }
  }

  #started(text: string): void {
    const command = /^Run(?: in container)?: ([\s\S]*)$/.exec(text)?.[1];
    if (command !== undefined) this.command = command;
    if (command === undefined) {
      if (text === 'Starting container') this.#enter('start');
      return;
    }
    const words = command.replace(/^\S+ /, '');
    if (/^(?:buildx )?build /.test(words)) {
      for (const id of this.build.leftContainers) this.#leftContainers.add(id);
      this.build = new BuildOutput();
      this.#enter('build');
    } else if (words.startsWith('pull ')) this.#enter('pull', words.slice(5));
    else if (/^(?:start|run) /.test(words)) this.#enter('start');
    else if (/^Run in container: /.test(text) && this.#phase === 'start') this.#enter('set-up');
  }

  #printed(event: Extract<CliEvent, { type: 'raw' }>): void {
    const lines = plainLines(this.#halfLine + event.text);
    this.#halfLine = '';
    if (/Running the initializeCommand/.test(event.text)) {
      this.#lifecycle('initializeCommand', '', 'initialize');
      return;
    }
    const lifecycle = event.channel === 'postCreate';
    if (lifecycle && /Running the \w+Command from /.test(event.text)) return;
    // Builds come in chunks that may end within a line; a step must be read whole.
    if (this.#phase === 'build' && !/[\r\n]$/.test(withoutColours(event.text)))
      this.#halfLine = lines.pop() ?? '';
    this.#keep(lines);
    for (const line of lines) {
      if (lifecycle) this.lifecycle?.output.push(line);
      if (this.#phase === 'build') this.#built(line);
      else if (this.#phase === 'pull') this.#pulled(line);
      else if (lifecycle) this.#onProgress({ kind: 'output', text: line });
    }
  }

  #built(line: string): void {
    if (isNoise(line)) return;
    const layer = layerOf(line);
    if (layer !== undefined) this.#onProgress({ kind: 'layer', ...layer });
    const step = this.build.take(line);
    if (step === undefined) {
      this.#onProgress({ kind: 'output', text: line });
      return;
    }
    const { number, text, state } = step;
    this.#onProgress({ kind: 'step', number, text, state });
  }

  #pulled(line: string): void {
    const layer = layerOf(line);
    if (layer !== undefined) this.#onProgress({ kind: 'layer', ...layer });
  }

  #said(event: Extract<CliEvent, { type: 'text' }>): void {
    const probed = /^userEnvProbe parsed: (\{[\s\S]*\})$/.exec(event.text)?.[1];
    if (probed !== undefined) this.shellEnvironment = stringsOf(probed);
    if (event.level < 3 && !/^error/i.test(event.text)) return;
    // What is no failure, however it is logged.
    if (/control manifest|^Error fetching image details|^@devcontainers\/cli /.test(event.text)) return;
    const feature = /^Resolving Feature dependencies for '(.*)'/.exec(event.text)?.[1];
    if (feature !== undefined) this.#enter('features', feature);
    this.#keep(plainLines(event.text));
  }

  #lifecycle(name: string, command: string, phase: EnvironmentPhase = 'lifecycle'): void {
    const short = name.replace(/^Running (?:the )?/, '').replace(/\.\.\.$/, '');
    if (this.lifecycle?.name !== short || command !== this.lifecycle.command)
      this.lifecycle = { name: short, command, output: [] };
    this.#enter(phase, command === '' ? short : `${short}: ${command}`);
  }

  #enter(phase: EnvironmentPhase, detail?: string): void {
    if (this.#phase === phase && detail === undefined) return;
    // What a build printed explains no start that fails after it.
    if (phase === 'start' && this.#phase !== 'start') this.tail.length = 0;
    this.#phase = phase;
    this.#onProgress({ kind: 'phase', phase, ...(detail === undefined ? {} : { detail }) });
  }

  #keep(lines: readonly string[]): void {
    this.tail.push(...lines);
    this.tail.splice(0, Math.max(0, this.tail.length - keptLines));
  }
}

/** `a1b2c3: Pull complete` of Docker, `Copying blob a1b2c3 done` of Podman. */
function layerOf(line: string): { id: string; status: string } | undefined {
  const docker =
    /^([0-9a-f]{12}): (Pulling fs layer|Waiting|Downloading|Verifying Checksum|Download complete|Extracting|Pull complete|Already exists)/.exec(
      line,
    );
  if (docker !== null) return { id: docker[1] ?? '', status: docker[2] ?? '' };
  const podman = /^Copying blob (?:sha256:)?([0-9a-f]{12})[0-9a-f]*(?: (done|skipped))?/.exec(line);
  return podman === null ? undefined : { id: podman[1] ?? '', status: podman[2] ?? 'Downloading' };
}

function stringsOf(json: string): Readonly<Record<string, string>> | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    return Object.fromEntries(Object.entries(parsed).filter(([, value]) => typeof value === 'string'));
  } catch {
    return undefined;
  }
}
