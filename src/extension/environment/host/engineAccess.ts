/**
 * The engine that the settings choose, found once and remembered while it answers, and the one stream of its events.
 * Nothing is asked while nobody looks: the stream is open between `follow` and `unfollow` only.
 */
import { engineNotUsable } from '../../../environments/devcontainer/errors.ts';
import type { Engine, EngineFinding } from '../../../environments/engine/engine.ts';
import { EngineClient } from '../../../environments/engine/engineClient.ts';
import { findEngine } from '../../../environments/engine/findEngine.ts';
import type { EngineChoice, EnvironmentNotice } from './environmentRequests.ts';

/** What containers go through that changes what the tree says. */
const telling = new Set([
  ...['create', 'start', 'die', 'destroy', 'remove', 'pause', 'unpause', 'rename', 'init', 'died'],
]);

export class EngineAccess {
  readonly #variables: NodeJS.ProcessEnv;
  readonly #notify: (notice: EnvironmentNotice) => void;
  #known: { readonly choice: string; readonly engine: Engine } | undefined;
  #following: { readonly choice: string; readonly stop: AbortController } | undefined;

  constructor(variables: NodeJS.ProcessEnv, notify: (notice: EnvironmentNotice) => void) {
    this.#variables = variables;
    this.#notify = notify;
  }

  /** @param afresh Looks again also where one was found before. */
  async find(
    { engine: choice }: EngineChoice,
    afresh: boolean,
    signal?: AbortSignal,
  ): Promise<EngineFinding> {
    if (!afresh && this.#known?.choice === choice) return { engine: this.#known.engine };
    const finding = await findEngine({
      settings: choice === '' ? {} : { engine: choice },
      variables: this.#variables,
      ...(signal === undefined ? {} : { signal }),
    });
    this.#known = finding.engine === undefined ? undefined : { choice, engine: finding.engine };
    return finding;
  }

  /** For something that is to be done now. Rejects with why there is no engine. */
  async need(choice: EngineChoice, signal: AbortSignal): Promise<Engine> {
    const finding = await this.find(choice, true, signal);
    if (finding.engine === undefined) throw engineNotUsable(finding.problem);
    return finding.engine;
  }

  async follow(choice: EngineChoice): Promise<void> {
    if (this.#following?.choice === choice.engine) return;
    this.unfollow();
    const stop = new AbortController();
    this.#following = { choice: choice.engine, stop };
    const { engine } = await this.find(choice, false, stop.signal);
    if (engine === undefined) {
      // Whoever looks again asks again.
      if (this.#following.stop === stop) this.#following = undefined;
      return;
    }
    const client = await EngineClient.connect(engine);
    void this.#tell(client, stop.signal);
  }

  unfollow(): void {
    this.#following?.stop.abort();
    this.#following = undefined;
  }

  async #tell(client: EngineClient, signal: AbortSignal): Promise<void> {
    for await (const event of client.events({}, signal)) {
      if (event.kind === 'gap') this.#known = undefined;
      if (event.kind === 'gap' || (event.kind === 'event' && telling.has(event.action)))
        this.#notify({ kind: 'containers' });
    }
  }
}
