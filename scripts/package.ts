/**
 * `npm run package`: the VSIX for the editor and, for machines without one, a small npm package of the command line
 * alone. Both hold bundles only. `--out FOLDER` writes elsewhere than into the root; `--no-build` takes dist/ as it is.
 */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from './projectRoot.ts';
import { packCommandLine } from './packaging/packCommandLine.ts';
import { packExtension } from './packaging/packExtension.ts';
import { buildCheck, runChecks } from './suites/runChecks.ts';

const { values: flags } = parseArgs({
  options: { out: { type: 'string', default: projectRoot }, build: { type: 'boolean', default: true } },
  allowNegative: true,
});
const folder = resolve(flags.out);

if (flags.build) {
  console.log('Building …');
  const { failed } = await runChecks([buildCheck], new AbortController().signal);
  if (failed > 0) process.exit(1);
}
for (const path of [await packExtension(folder), await packCommandLine(folder)])
  console.log(`${path} (${Math.round((await stat(path)).size / 1024)} KiB)`);
