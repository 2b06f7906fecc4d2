/**
 * The CDI specifications of this machine: files that say what of the host makes up a device in a container.
 * Format: https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { errorText } from '../../base/systemError.ts';
import type { GpuProblem } from './gpuHost.ts';
import { listFolder } from './gpuRoots.ts';

export interface CdiSpec {
  readonly path: string;
  /** Qualified: `nvidia.com/gpu=0`. */
  readonly devices: readonly string[];
  /** Version of the NVIDIA driver whose files it names. */
  readonly driver?: string | undefined;
}

export interface CdiFinding {
  readonly specs: readonly CdiSpec[];
  readonly problems: readonly GpuProblem[];
}

/** Every `.json` and `.yaml` of `folders`; one that cannot be read costs itself alone. */
export async function readCdiSpecs(folders: readonly string[]): Promise<CdiFinding> {
  const specs: CdiSpec[] = [];
  const problems: GpuProblem[] = [];
  for (const folder of folders)
    for (const name of await listFolder(folder)) {
      if (!/\.(?:json|ya?ml)$/.test(name)) continue;
      const path = join(folder, name);
      try {
        specs.push({ path, ...parseCdiSpec(await readFile(path, 'utf8')) });
      } catch (error) {
        problems.push(specBroken(path, errorText(error)));
      }
    }
  return { specs, problems };
}

const specSchema = z.looseObject({
  kind: z.string().regex(/^[^\s=/]+\/[^\s=/]+$/),
  devices: z.array(z.looseObject({ name: z.coerce.string().regex(/^[^\s=]+$/) })),
});

/** JSON is YAML, too. Throws where the text is no specification. */
export function parseCdiSpec(text: string): Omit<CdiSpec, 'path'> {
  const { kind, devices } = specSchema.parse(parse(text, { logLevel: 'error' }));
  const driver = /lib(?:cuda|nvidia-ml)\.so\.(\d+\.\d[\d.]*\d)/.exec(text)?.[1];
  return {
    devices: devices.map(({ name }) => `${kind}=${name}`),
    ...(driver === undefined ? {} : { driver }),
  };
}

/** A specification that names the files of another driver than the one that is loaded: a container would not start. */
export function staleSpecs(specs: readonly CdiSpec[], loaded: string | undefined): GpuProblem[] {
  if (loaded === undefined) return [];
  return specs
    .filter(({ driver }) => driver !== undefined && driver !== loaded)
    .map(({ path, driver }) => ({
      code: 'cdi-stale',
      message: `The CDI specification ${path} was made for driver ${driver ?? ''}, and ${loaded} is loaded.`,
      mend: `Make it again: sudo nvidia-ctk cdi generate --output=${path}`,
    }));
}

function specBroken(path: string, why: string): GpuProblem {
  const [line = ''] = why.split('\n');
  return {
    code: 'cdi-broken',
    message: `The CDI specification ${path} cannot be read${line.length > 2 ? `: ${line}` : '.'}`,
    mend: path.includes('nvidia')
      ? `Make it again: sudo nvidia-ctk cdi generate --output=${path}`
      : `Correct or remove it: ${path}`,
  };
}
