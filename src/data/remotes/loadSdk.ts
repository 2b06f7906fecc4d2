/**
 * Loads the client library of a protocol, once, when a remote needs it: together they are larger than the command
 * line, and most repositories use one of them or none.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as AzureSdk from './sdks/azure.ts';
import type * as GcsSdk from './sdks/gcs.ts';
import type * as S3Sdk from './sdks/s3.ts';

export interface Sdks {
  readonly azure: typeof AzureSdk;
  readonly gcs: typeof GcsSdk;
  readonly s3: typeof S3Sdk;
}

/** From source the module itself; in the product the bundle `remotes/<name>.cjs` beside the one that asks. */
export async function loadSdk<Name extends keyof Sdks>(name: Name): Promise<Sdks[Name]> {
  if (import.meta.filename.endsWith('.ts'))
    return (await import(new URL(`./sdks/${name}.ts`, import.meta.url).href)) as Sdks[Name];
  const load = createRequire(import.meta.url);
  return load(join(import.meta.dirname, 'remotes', `${name}.cjs`)) as Sdks[Name];
}
