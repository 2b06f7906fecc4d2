/**
 * `npm test`: sets the machine up, builds, and runs every suite; the last line is the true total. Names of suites as
 * arguments choose among them (`npm test -- unit e2e`), `--grep TEXT` among the tests.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { errorText } from '../src/base/systemError.ts';
import { projectRoot } from './projectRoot.ts';
import { ensureCodeServer } from './provision/codeServer.ts';
import { startEngines, type RunningEngines } from './provision/containers/startEngines.ts';
import { ensureEngines } from './provision/ensureEngines.ts';
import { ensurePeers } from './provision/ensurePeers.ts';
import { ensureSystemParts } from './provision/systemPackages.ts';
import { inLanes } from './suites/inLanes.ts';
import { buildCheck, checks, runChecks } from './suites/runChecks.ts';
import { runSuite } from './suites/runSuite.ts';
import { addTotals, formatTotals, type Totals } from './suites/suiteReport.ts';
import { suites, type Need, type Suite } from './suites/suiteTable.ts';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { grep: { type: 'string' } } });
const names = ['checks', ...suites.map(suite => suite.name)];
const unknown = positionals.find(name => !names.includes(name));
if (unknown !== undefined) {
  console.error(`There is no suite ${unknown}. There are: ${names.join(', ')}.`);
  process.exit(2);
}
const isChosen = (name: string): boolean => positionals.length === 0 || positionals.includes(name);
const chosen = suites.filter(suite => isChosen(suite.name));

/**
 * Many tests wait for something most of their time. Three suites end sooner on two cores, but their tests of editors and
 * full disks then miss their deadlines now and then.
 */
const suitesAtOnce = 2;

/** Started for the first suite that wants engines, and shared by all. */
class LazyEngines {
  #starting: Promise<RunningEngines> | undefined;

  started(): Promise<RunningEngines> {
    this.#starting ??= startEngines(line => console.log(line));
    return this.#starting;
  }

  async stop(): Promise<void> {
    // One that did not start has said so to the suite that waited for it.
    await (await this.#starting?.catch(() => undefined))?.stop();
  }
}

const cancel = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => cancel.abort(new Error(`stopped by ${name}`)));

try {
  const totals = await testAll();
  console.log(`\n${formatTotals(totals)}`);
  process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
} catch (error) {
  if (!cancel.signal.aborted) throw error;
  console.error(errorText(error));
  process.exitCode = 130;
}

async function testAll(): Promise<Totals> {
  const counted: Totals[] = [];
  const missing = await setUp();
  if (chosen.some(suite => suite.needs.includes('bundles')))
    counted.push(await timed('build', () => runChecks([buildCheck], cancel.signal)));
  if (!existsSync(join(projectRoot, 'dist', 'cli.cjs'))) missing.add('bundles');
  const engines = new LazyEngines();
  const jobs = [
    ...(isChosen('checks') ? [() => timed('checks', () => runChecks(checks, cancel.signal))] : []),
    ...chosen.map(suite => () => timed(suite.name, () => runChosen(suite, missing, engines))),
  ];
  try {
    counted.push(...(await inLanes(jobs, Math.min(suitesAtOnce, jobs.length))));
  } finally {
    await engines.stop();
  }
  return addTotals(counted);
}

async function runChosen(suite: Suite, missing: ReadonlySet<Need>, engines: LazyEngines): Promise<Totals> {
  cancel.signal.throwIfAborted();
  const absent = suite.needs.filter(need => missing.has(need));
  if (absent.length > 0) return without(suite, absent);
  return runSuite(suite, {
    signal: cancel.signal,
    grep: values.grep,
    engines: suite.needs.includes('engines') ? (await engines.started()).file : undefined,
    say: line => console.log(chosen.length === 1 ? line : `${suite.name.padEnd(12)}${line}`),
  });
}

/** Makes the machine ready as far as it can; resolves with what is missing all the same. */
async function setUp(): Promise<Set<Need>> {
  const missing = new Set<Need>();
  const needed = new Set(chosen.flatMap(suite => suite.needs));
  const systemParts = await ensureSystemParts(line => console.log(line));
  if (systemParts.includes('Chromium')) missing.add('browser');
  if (needed.has('editor')) {
    try {
      await ensureCodeServer(line => console.log(line));
    } catch (error) {
      console.log(`Missing: VS Code's server. ${errorText(error)}`);
      missing.add('editor');
    }
  }
  // A library that is missing costs the tests that want it, each of which says so.
  if (needed.has('peers')) await ensurePeers(line => console.log(line));
  if (needed.has('engines')) await ensureEngines(line => console.log(line));
  return missing;
}

/** A missing part is a skip on a person's machine, which may do without, and a failure where results are relied on. */
function without(suite: Suite, absent: readonly Need[]): Totals {
  const mustRun = process.env['CI'] === 'true' || absent.includes('bundles');
  console.log(`  ${mustRun ? 'failed' : 'skipped'}: ${suite.name} needs ${absent.join(' and ')}`);
  return { passed: 0, failed: mustRun ? 1 : 0, skipped: mustRun ? 0 : 1 };
}

async function timed(name: string, run: () => Promise<Totals>): Promise<Totals> {
  console.log(`\n${name} …`);
  const start = performance.now();
  const totals = await run();
  console.log(`${name}: ${formatTotals(totals)} (${((performance.now() - start) / 1000).toFixed(0)} s)`);
  return totals;
}
