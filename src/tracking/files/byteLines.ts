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
    let rest = bytes;
    if (this.#skipping) {
      const end = rest.indexOf(newline);
      if (end < 0) return;
      this.#skipping = false;
      rest = rest.subarray(end + 1);
    }
    this.#pending.append(rest);
    for (;;) {
      const { bytes: waiting } = this.#pending;
      const end = waiting.indexOf(newline, this.#scanned);
      const isOverlong = (end < 0 ? waiting.length : end) > longestLine;
      if (isOverlong) this.#onOverlong();
      if (end < 0) {
        if (isOverlong) this.#pending.drop(waiting.length);
        this.#skipping = isOverlong;
        this.#scanned = isOverlong ? 0 : waiting.length;
        return;
      }
      if (!isOverlong) this.#tell(waiting.subarray(0, end));
      this.#scanned = 0;
      this.#pending.drop(end + 1);
    }
  }

  /** Takes the rest for a line. */
  end(): void {
    const { bytes } = this.#pending;
    if (bytes.length > 0) this.#tell(bytes);
    this.#pending.drop(bytes.length);
    this.#scanned = 0;
    this.#skipping = false;
  }

  #tell(line: Uint8Array): void {
    this.#onLine(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8'));
  }
}
