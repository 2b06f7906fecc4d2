/** `npm run check`: types, lint, format and layers, each with its own words. */
import { checks, runChecks } from './suites/runChecks.ts';

const totals = await runChecks(checks, new AbortController().signal);
if (totals.failed === 0) console.log(`${totals.passed} checks passed`);
process.exitCode = totals.failed === 0 ? 0 : 1;
