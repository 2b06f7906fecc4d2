/**
 * Tells when a program logged with MLflow past its run: a tracking URI set in the code wins over the environment, and
 * then nothing arrives. The folder or database that MLflow wrote instead is among the outputs.
 */
import type { FileUse } from '../runs/captured.ts';

/** A warning for the result, where no place on this machine is known. */
export const mlflowOnOwnServer =
  'MLflow logged to a server of its own because the program says so itself; nothing of it arrived here.';

/** @returns A warning for the result, one for each place; with the command that brings it in. */
export function mlflowElsewhere(outputs: readonly Pick<FileUse, 'path'>[]): string[] {
  const places = new Map<string, 'mlruns' | 'mlflow.db'>();
  for (const { path } of outputs) {
    const folder = /^(?:.*\/)?mlruns(?=\/|$)/.exec(path)?.[0];
    if (folder !== undefined) places.set(folder, 'mlruns');
    else if (/(?:^|\/)mlflow\.db$/.test(path)) places.set(path, 'mlflow.db');
  }
  return [...places].map(
    ([path, kind]) =>
      `MLflow logged to ${path} because the program says so itself; nothing of it arrived here. Bring it in with: lockstep import ${kind} ${quoted(path)}`,
  );
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
