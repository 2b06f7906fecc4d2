/** A stream that the library hands out: of Node, of its own, or a bare socket, all of which do this much. */
export interface EngineStream extends AsyncIterable<Uint8Array> {
  /** Closes the connection. */
  destroy(): unknown;
  /** Lets what comes pass unread. */
  resume(): unknown;
  /** The last of the input, where the stream takes any. */
  end(input?: string | Uint8Array): unknown;
  on(event: 'error', take: (error: Error) => void): unknown;
}

/** The library promises less than it hands out. */
export async function engineStream(answer: Promise<unknown>): Promise<EngineStream> {
  return (await answer) as EngineStream;
}
