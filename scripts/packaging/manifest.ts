/** What packaging needs to know of package.json. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { projectRoot } from '../projectRoot.ts';

const manifestSchema = z.looseObject({
  name: z.string(),
  publisher: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  engines: z.object({ node: z.string(), vscode: z.string() }),
});
export type Manifest = z.infer<typeof manifestSchema>;

export async function readManifest(): Promise<Manifest> {
  return manifestSchema.parse(JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')));
}
