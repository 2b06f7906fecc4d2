/** Kills one process of a test. Never by a number that stands for others: 0 would be the whole group of the suite. */
import assert from 'node:assert/strict';

/** `pid` as a record tells it: a test fails where the record does not. */
export function killProcess(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  assert.ok(pid !== undefined && pid > 0, `no process to send ${signal}: ${String(pid)}`);
  process.kill(pid, signal);
}
