/** Options of `lockstep reproduce` that name files of the record, as a shell would name them. */
import type { ReproductionOptions } from '../reproduction/reproductionOptions.ts';
import { recordedName, type NamingPlace } from '../reproduction/restore/recordedName.ts';
import { knownValue } from '../runs/known.ts';
import type { RunDetails } from '../runs/runDetails.ts';
import { wrongUse } from './errors.ts';

export interface PathFlags {
  readonly checkpoint?: string;
  readonly give: readonly string[];
  readonly without: readonly string[];
}

/** By the names of the record. Rejects as wrong use where it knows no such input. */
export async function namedPaths(
  { checkpoint, give, without }: PathFlags,
  { plan, captured, result }: RunDetails,
  { cwd, roots }: NamingPlace,
): Promise<Partial<ReproductionOptions>> {
  const place = { cwd, roots: [...roots, ...(plan === undefined ? [] : [plan.root])] };
  const code = plan === undefined ? undefined : knownValue(plan.code);
  const inputs = [
    ...(captured?.inputs ?? []).map(({ path }) => path),
    ...(code?.gaps ?? []).map(({ path }) => path),
    ...(code?.submodules ?? []).map(({ path }) => path),
  ];
  const outputs = (result?.outputs ?? []).map(({ path }) => path);
  const inputNames = (option: string, paths: readonly string[]): Promise<string[]> =>
    Promise.all(
      paths.map(async path => {
        const name = await recordedName(path, inputs, place);
        // Of a record without its second half nobody knows what was read.
        if (captured !== undefined && !inputs.some(one => one === name || one.startsWith(`${name}/`)))
          throw wrongUse(
            `${option} ${path}: the run read no such file, and its code has no such submodule`,
            'lockstep reproduce',
          );
        return name;
      }),
    );
  return {
    ...(checkpoint === undefined ? {} : { checkpoint: await recordedName(checkpoint, outputs, place) }),
    ...{ give: await inputNames('--give', give), without: await inputNames('--without', without) },
  };
}
