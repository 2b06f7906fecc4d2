/** Bytes that wait for more of them: appended at the end, dropped from the front, without a copy of all for each piece. */
export class PendingBytes {
  #buffer = new Uint8Array(0);
  #from = 0;
  #to = 0;

  /** What waits; valid until the next append. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(this.#from, this.#to);
  }

  append(bytes: Uint8Array): void {
    const length = this.#to - this.#from;
    if (this.#to + bytes.length > this.#buffer.length) {
      const needed = length + bytes.length;
      const target = needed > this.#buffer.length / 2 ? new Uint8Array(needed * 2) : this.#buffer;
      target.set(this.#buffer.subarray(this.#from, this.#to));
      this.#buffer = target;
      this.#from = 0;
      this.#to = length;
    }
    this.#buffer.set(bytes, this.#to);
    this.#to += bytes.length;
  }

  drop(count: number): void {
    this.#from += count;
    if (this.#from >= this.#to) {
      this.#from = this.#to = 0;
      // One large piece must not be held for ever.
      if (this.#buffer.length > 1024 * 1024) this.#buffer = new Uint8Array(0);
    }
  }
}
