import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliJsonSchemas } from '../../../src/cli/output/jsonSchemas.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'schemas');

describe('published JSON Schemas of the command line', () => {
  for (const [name, schema] of cliJsonSchemas())
    it(`${name} is the one the code has (else: node scripts/exportSchemas.ts)`, () => {
      assert.deepEqual(
        JSON.parse(readFileSync(join(folder, name), 'utf8')),
        JSON.parse(JSON.stringify(schema)),
      );
    });
});
