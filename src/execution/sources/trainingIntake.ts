/**
 * Takes what a reader finds in one source to the training it is about. What cannot be assigned yet (a text before the
 * first metric) waits, in order; so does what cannot be written.
 */
import type { SourceContent } from '../../tracking/sourceReader.ts';
import type { SourceIntake } from './sourceIntake.ts';
import type { Training } from './training.ts';

/** What a followed file gives its content to. */
export interface ContentIntake {
  take(content: SourceContent): void;
  /** False while something waits to be written. */
  flush(): boolean;
  /** The source begins anew: what it tells from now on may be what it has told before. */
  beginAnew(): void;
  /** Nothing more will come. */
  end(): void;
}

export interface TrainingIntakeOptions {
  /**
   * The training that the contents, all of one, are about. Undefined while that cannot be told; never undefined when
   * `last` says that no more will come. Throws when it cannot be written.
   */
  readonly decide: (contents: readonly SourceContent[], last: boolean) => Training | undefined;
  /** @param part The training's name within the source; empty where the source tells of one alone. */
  readonly intakeOf: (training: Training, part: string) => SourceIntake;
}

/** Contents and bytes of media that wait for the first metric, before the training is guessed. */
const mostWaiting = 200;
const mostWaitingBytes = 16 * 1024 * 1024;

interface Decided {
  readonly training: Training;
  readonly intake: SourceIntake;
}

export class TrainingIntake implements ContentIntake {
  readonly #options: TrainingIntakeOptions;
  readonly #decided = new Map<string, Decided>();
  #waiting: SourceContent[] = [];
  #waitingBytes = 0;
  #isLast = false;

  constructor(options: TrainingIntakeOptions) {
    this.#options = options;
  }

  take(content: SourceContent): void {
    this.#waiting.push(content);
    this.#waitingBytes += content.media.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
    this.flush();
  }

  flush(): boolean {
    for (;;) {
      const [content] = this.#waiting;
      if (content === undefined) break;
      const part = content.training ?? '';
      let decided: Decided | undefined;
      try {
        decided = this.#decided.get(part) ?? this.#decide(part);
      } catch {
        return false;
      }
      if (decided === undefined) return true;
      this.#waiting.shift();
      if (this.#waiting.length === 0) this.#waitingBytes = 0;
      decided.training.note(content);
      decided.intake.take(content, () => decided.training.told(content));
    }
    return [...this.#decided.values()].every(({ intake }) => intake.flush());
  }

  beginAnew(): void {
    this.flush();
    for (const { intake } of this.#decided.values()) intake.beginAnew();
  }

  end(): void {
    this.#isLast = true;
    this.flush();
  }

  #decide(part: string): Decided | undefined {
    const contents = this.#waiting.filter(({ training = '' }) => training === part);
    const last = this.#isLast || this.#waiting.length > mostWaiting || this.#waitingBytes > mostWaitingBytes;
    const training = this.#options.decide(contents, last);
    if (training === undefined) return undefined;
    const decided = { training, intake: this.#options.intakeOf(training, part) };
    this.#decided.set(part, decided);
    return decided;
  }
}
