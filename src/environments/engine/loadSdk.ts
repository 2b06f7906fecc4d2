/** Loads the client library of container engines, once, when an engine is first talked to. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Sdk from './sdk.ts';

/** From source the module itself; in the product the bundle `engine.cjs` beside the one that asks. */
export async function loadSdk(): Promise<typeof Sdk> {
  if (import.meta.filename.endsWith('.ts'))
    return (await import(new URL('./sdk.ts', import.meta.url).href)) as typeof Sdk;
  const load = createRequire(import.meta.url);
  return load(join(import.meta.dirname, 'engine.cjs')) as typeof Sdk;
}
