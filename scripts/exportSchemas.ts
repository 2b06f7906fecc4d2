/** Writes schemas/*.json from the zod schemas of the run record, of the command line's documents and of lockstep.yaml. A unit test proves that the committed ones are these. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliJsonSchemas } from '../src/cli/output/jsonSchemas.ts';
import { runJsonSchemas } from '../src/runs/jsonSchemas.ts';
import { projectRoot } from './projectRoot.ts';

const folder = join(projectRoot, 'schemas');
mkdirSync(folder, { recursive: true });
for (const [name, schema] of [...runJsonSchemas(), ...cliJsonSchemas()])
  writeFileSync(join(folder, name), JSON.stringify(schema, null, 2) + '\n');
