/** Splits growing text into lines, each told when its newline has come. Overlong lines are left out; memory is bounded. */
import { PendingBytes } from './pendingBytes.ts';

const newline = 0x0a;
const longestLine = 1024 * 1024;

export class ByteLines {
  readonly #pending = new PendingBytes();
  readonly #onLine: (line: string) => void;
  readonly #onOverlong: () => void;
  #scanned = 0;
  #skipping = false;

  constructor(onLine: (line: string) => void, onOverlong: () => void) {
    this.#onLine = onLine;
    this.#onOverlong = onOverlong;
  }

  push(bytes: Uint8Array): void {
    this.#pending.append(bytes);
    for (;;) {
      const { bytes: waiting } = this.#pending;
      const end = waiting.indexOf(newline, this.#scanned);
      if ((end < 0 ? waiting.length : end) > longestLine && !this.#skipping) {
        this.#skipping = true;
        this.#onOverlong();
      }
      if (end < 0) {
        if (this.#skipping) this.#pending.drop(waiting.length);
        this.#scanned = this.#skipping ? 0 : waiting.length;
        return;
      }
      if (!this.#skipping) this.#tell(waiting.subarray(0, end));
      this.#skipping = false;
      this.#scanned = 0;
      this.#pending.drop(end + 1);
    }
  }

  /** Takes the rest for a line. */
  end(): void {
    const { bytes } = this.#pending;
    if (bytes.length > 0 && !this.#skipping) this.#tell(bytes);
    this.#pending.drop(bytes.length);
    this.#scanned = 0;
    this.#skipping = false;
  }

  #tell(line: Uint8Array): void {
    this.#onLine(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8'));
  }
}
