/** What the runner of suites started for container tests, read from the file it names. */
import { readFileSync } from 'node:fs';
import {
  startedEnginesFile,
  startedEnginesSchema,
  type StartedEngines,
} from '../../../scripts/provision/containers/startEngines.ts';

/** Undefined where nobody started any. */
export function startedEngines(): StartedEngines | undefined {
  const file = startedEnginesFile();
  return file === undefined ? undefined : startedEnginesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** A missing engine costs the test a skip, and a failure where results are relied on. */
export function skipWithout(context: Mocha.Context, part: string): never {
  const why = startedEngines()?.missing[part] ?? 'npm test -- containers provides it.';
  if (process.env['CI'] === 'true') throw new Error(`${part} is missing. ${why}`);
  context.skip();
}
