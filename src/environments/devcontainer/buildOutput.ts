/**
 * Follows the output of an image build, line by line, in the three forms that builds have: Docker's classic builder
 * (`Step 2/7 : RUN …`), BuildKit's plain progress (`#7 [2/5] RUN …`) and Buildah's (`STEP 2/7: RUN …`).
 */

export interface BuildStep {
  /** `2/7`; empty where the builder does not number it. */
  readonly number: string;
  /** The instruction: `RUN pip install x`. */
  readonly text: string;
  state: 'running' | 'cached' | 'done' | 'failed';
  /** What it printed last; at most {@link keptLines}. */
  readonly output: string[];
}

const keptLines = 60;

export class BuildOutput {
  readonly #steps: BuildStep[] = [];
  readonly #numbered = new Map<string, BuildStep>();
  readonly #running = new Set<string>();
  #last: BuildStep | undefined;
  #failure: { step: BuildStep | undefined; reason: string } | undefined;

  /** Takes one line without its end. The step whose state it changed, if any. */
  take(line: string): BuildStep | undefined {
    const numbered = /^#(\d+) (.*)$/.exec(line);
    return numbered === null
      ? this.#takeSteps(line)
      : this.#takeBuildKit(numbered[1] ?? '', numbered[2] ?? '');
  }

  get steps(): readonly BuildStep[] {
    return this.#steps;
  }

  /** What failed, once it has: the step where it can be told, and the builder's words. */
  get failure(): { readonly step: BuildStep | undefined; readonly reason: string } | undefined {
    return this.#failure;
  }

  /** Containers in which steps ran and which the classic builder has not taken away: it leaves that of a failed step. */
  get leftContainers(): readonly string[] {
    return [...this.#running];
  }

  #takeBuildKit(id: string, rest: string): BuildStep | undefined {
    const begun = /^\[(?:[\w.-]+ )?(?:([0-9]+\/[0-9]+)\] )(.*)$/.exec(rest);
    if (begun !== null && !this.#numbered.has(id)) {
      const step = this.#begin(begun[1] ?? '', begun[2] ?? '', false);
      this.#numbered.set(id, step);
      return step;
    }
    const step = this.#numbered.get(id);
    if (step === undefined) {
      const failed = /^ERROR:? (.*)$/.exec(rest);
      if (failed !== null) this.#failure ??= { step: undefined, reason: failed[1] ?? '' };
      return undefined;
    }
    if (rest === 'CACHED') return changed(step, 'cached');
    if (/^DONE\b/.test(rest)) return changed(step, 'done');
    const failed = /^ERROR:? (.*)$/.exec(rest);
    if (failed !== null) {
      this.#failure ??= { step, reason: failed[1] ?? '' };
      return changed(step, 'failed');
    }
    keep(step.output, rest.replace(/^\d+\.\d+ /, ''));
    return undefined;
  }

  #takeSteps(line: string): BuildStep | undefined {
    const begun = /^(?:\[\d+\/\d+\] )?(?:Step (\d+\/\d+) : |STEP (\d+\/\d+): )(.*)$/.exec(line);
    if (begun !== null) return this.#begin(begun[1] ?? begun[2] ?? '', begun[3] ?? '', true);
    const running = /^ ---> Running in ([0-9a-f]{12,})/.exec(line)?.[1];
    if (running !== undefined) {
      this.#running.add(running);
      return undefined;
    }
    const removed = /^Removing intermediate container ([0-9a-f]{12,})/.exec(line)?.[1];
    if (removed !== undefined) {
      this.#running.delete(removed);
      return undefined;
    }
    const last = this.#last;
    if (/^ ?-{2,3}> Using cache/.test(line)) return last === undefined ? undefined : changed(last, 'cached');
    const reason = failureOf(line);
    if (reason !== undefined) {
      this.#failure ??= { step: last, reason };
      return last === undefined ? undefined : changed(last, 'failed');
    }
    if (last !== undefined && !/^ ?-{2,3}> /.test(line)) keep(last.output, line);
    return undefined;
  }

  /** `ends`: one step at a time, so that this one ends the one before. */
  #begin(number: string, text: string, ends: boolean): BuildStep {
    if (ends && this.#last?.state === 'running') this.#last.state = 'done';
    const step: BuildStep = { number, text, state: 'running', output: [] };
    this.#steps.push(step);
    this.#last = step;
    return step;
  }
}

function changed(step: BuildStep, state: BuildStep['state']): BuildStep {
  step.state = state;
  return step;
}

function keep(lines: string[], line: string): void {
  lines.push(line);
  if (lines.length > keptLines) lines.shift();
}

/** How the classic builder and Buildah say that a step failed. */
function failureOf(line: string): string | undefined {
  const classic = /^The command '.*' returned a non-zero code: (\d+)/.exec(line);
  if (classic !== null) return `It ended with exit code ${classic[1] ?? ''}.`;
  const buildah = /^(?:Error: |error )?(?:error )?building at STEP ".*": (.*)$/i.exec(line);
  if (buildah !== null) {
    const status = /exit status (\d+)$/.exec(buildah[1] ?? '');
    return status === null ? (buildah[1] ?? '') : `It ended with exit code ${status[1] ?? ''}.`;
  }
  if (/^(?:COPY|ADD) failed: /.test(line)) return line;
  return undefined;
}
