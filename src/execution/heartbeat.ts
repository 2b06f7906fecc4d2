/** `heartbeat`: the time, again and again, for readers who cannot see the supervisor's process. */
import { closeSync, openSync, writeSync } from 'node:fs';

export const heartbeatMs = 5_000;

export interface Heartbeat {
  stop(): void;
}

/** Writes in place and without truncation: a reader sees the old time or the new one, also on a full disk. */
export function startHeartbeat(path: string, onProblem: (error: unknown) => void): Heartbeat {
  let descriptor: number | undefined;
  const beat = (): void => {
    try {
      descriptor ??= openSync(path, 'w');
      writeSync(descriptor, new Date().toISOString() + '\n', 0);
    } catch (error) {
      onProblem(error);
    }
  };
  beat();
  const timer = setInterval(beat, heartbeatMs);
  return {
    stop(): void {
      clearInterval(timer);
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}
