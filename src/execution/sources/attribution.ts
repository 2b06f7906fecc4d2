/**
 * Decides whether a file in the working tree is written by this run. The evidence, the strongest first: the Python hook
 * saw it; its name holds the number of a process; no other run could have written it; a process of the run has it open;
 * another run says that it is its own.
 */
import { realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { processLives } from '../../base/processIdentity.ts';
import { findProcessTree } from '../../base/processTree.ts';
import type { TreeRoot } from '../../base/processTree.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import { eventFileName } from '../../tracking/tensorboard/eventFileName.ts';
import { OtherClaims } from './fileClaims.ts';
import { HeldFiles } from './processFiles.ts';

/** `another` is final; `unknown` may become known. */
export type Owner = 'this-run' | 'another' | 'unknown';

export interface AttributionOptions {
  readonly tree: () => TreeRoot;
  readonly otherRunsInRoot: () => Promise<boolean>;
  /** Those of {@link otherRunsInRoot}; they tell what is theirs. */
  readonly otherRuns?: (() => Promise<readonly RunPaths[]>) | undefined;
}

/** Looking at all processes is not for every file. */
const freshMs = 500;

export class Attribution {
  readonly #options: AttributionOptions;
  readonly #everSeen = new Set<number>();
  readonly #held = new HeldFiles();
  readonly #claims: OtherClaims;
  #members: readonly number[] = [];
  #membersAt = -Infinity;
  #others = false;

  constructor(options: AttributionOptions) {
    this.#options = options;
    this.#claims = new OtherClaims(options.otherRuns ?? (() => Promise.resolve([])));
  }

  /** Of a process that the hook reported: its files are this run's even after it ended. */
  remember(pid: number): void {
    this.#everSeen.add(pid);
  }

  /**
   * @param place `shared`: many programs write there, so evidence is needed that this one did.
   * @param exclusive Only one run writes it: what another one says is its own is not this one's.
   */
  async ownerOf(path: string, place: 'own' | 'shared', exclusive = true): Promise<Owner> {
    const name = eventFileName(basename(path));
    if (name?.pid !== undefined && (name.host === undefined || name.host === hostname())) {
      if (this.#everSeen.has(name.pid) || (await this.#processes()).includes(name.pid)) return 'this-run';
      if ((await processLives(anyHost, { pid: name.pid }, anyHost)) === 'lives') return 'another';
    }
    if (place === 'own' && !(await this.#otherRuns())) return 'this-run';
    const target = await realpath(path).catch(() => path);
    if (await this.#held.has(await this.#processes(), target)) return 'this-run';
    return exclusive && (await this.#claims.has(path, target)) ? 'another' : 'unknown';
  }

  /** Whether no other run could have written what lies in the folders of this one, so far. */
  async isAlone(): Promise<boolean> {
    return !(await this.#otherRuns());
  }

  /** The next answers are about this moment: for the last look, when there is no other after it. */
  lookAnew(): void {
    this.#held.lookAnew();
    this.#claims.lookAnew();
    this.#membersAt = -Infinity;
  }

  async #processes(): Promise<readonly number[]> {
    if (performance.now() - this.#membersAt > freshMs) {
      const found = await findProcessTree(this.#options.tree()).catch(() => []);
      this.#members = found.map(({ pid }) => pid);
      for (const pid of this.#members) this.#everSeen.add(pid);
      this.#membersAt = performance.now();
    }
    return this.#members;
  }

  async #otherRuns(): Promise<boolean> {
    // Once there was another run, there is no telling any more.
    this.#others ||= await this.#options.otherRunsInRoot().catch(() => true);
    return this.#others;
  }
}

/** Process numbers are compared on this machine alone. */
const anyHost = { host: '' };
