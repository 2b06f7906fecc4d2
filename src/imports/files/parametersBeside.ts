/** Parameters in a YAML file that a tool leaves beside what it logs. */
import { join } from 'node:path';
import type { ParameterValue } from '../../runs/plan.ts';
import { ParametersReader } from '../../tracking/files/parametersReader.ts';
import { readSmallText } from '../smallFiles.ts';

/** Of the first of `names` that is there; empty for none, and for what is no YAML of parameters. */
export function parametersBeside(folder: string, names: readonly string[]): [string, ParameterValue][] {
  for (const name of names) {
    const text = readSmallText(join(folder, name));
    if (text !== undefined) return Object.entries(new ParametersReader().read(Buffer.from(text)).parameters);
  }
  return [];
}
