/** The checks of `npm run check` and the build, each counted as one test. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../src/base/runCommand.ts';
import { projectRoot } from '../projectRoot.ts';
import type { Totals } from './suiteReport.ts';

export interface Check {
  readonly name: string;
  /** Program of a dependency and its arguments. */
  readonly args: readonly string[];
}

const bin = (path: string): string => join(projectRoot, 'node_modules', path);
const tsc = bin('typescript/bin/tsc');

export const checks: readonly Check[] = [
  { name: 'types of the engine and the extension', args: [tsc, '-p', 'tsconfig.json'] },
  { name: 'types of the webviews', args: [tsc, '-p', 'webview/tsconfig.json'] },
  {
    name: 'lint',
    args: [
      ...[bin('eslint/bin/eslint.js'), '--max-warnings', '0'],
      ...['--cache', '--cache-location', 'node_modules/.cache/eslint', '.'],
    ],
  },
  {
    name: 'format',
    args: [bin('prettier/bin/prettier.cjs'), '--check', '--cache', '--log-level', 'warn', '.'],
  },
  {
    name: 'layers',
    args: [
      ...[bin('dependency-cruiser/bin/dependency-cruiser.mjs'), '--config', '.dependency-cruiser.js'],
      ...['src', 'webview', 'test', 'scripts', 'bench'].filter(folder =>
        existsSync(join(projectRoot, folder)),
      ),
    ],
  },
];

export const buildCheck: Check = {
  name: 'bundles within their budgets',
  args: [join('scripts', 'build.ts')],
};

/** Runs them one after another and prints the words of those that fail. */
export async function runChecks(all: readonly Check[], signal: AbortSignal): Promise<Totals> {
  let failed = 0;
  for (const { name, args } of all) {
    const outcome = await runCommand({ program: process.execPath, args, cwd: projectRoot, signal });
    if (outcome.exitCode === 0) continue;
    failed += 1;
    console.log(`  failed: ${name}\n${(outcome.stdout.toString('utf8') + outcome.stderr).trim()}`);
  }
  return { passed: all.length - failed, failed, skipped: 0 };
}
