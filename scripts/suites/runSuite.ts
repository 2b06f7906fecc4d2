/** Runs one suite in its own process, with a scrubbed environment and a temporary folder of its own, and counts. */
import { chmodSync, globSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { scrubbedEnvironment } from '../../test/helpers/scrubbedEnvironment.ts';
import { projectRoot } from '../projectRoot.ts';
import { cacheFolder } from '../provision/cacheFolder.ts';
import { findLeftovers, type Leftover } from './leftovers.ts';
import { runGroup } from './processGroup.ts';
import { readSuiteReport, type Totals } from './suiteReport.ts';
import type { Suite } from './suiteTable.ts';

export interface SuiteOptions {
  readonly signal: AbortSignal;
  /** Takes the words for the person, line by line, as they come. */
  readonly say: (line: string) => void;
  /** Only tests whose full title matches. */
  readonly grep?: string | undefined;
  /** The file that says which container engines were started for it. */
  readonly engines?: string | undefined;
}

/** Says what went wrong as it happens. A suite that crashed, hung, or had nothing to run counts as a failure. */
export async function runSuite(suite: Suite, options: SuiteOptions): Promise<Totals> {
  const { signal, say, grep } = options;
  const files = globSync(suite.files, { cwd: projectRoot }).sort();
  if (files.length === 0) return failure(suite, `there is no file ${suite.files}`, say);

  // Short, because sockets of the editor lie below it and their paths may have 107 bytes.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ls-')));
  // As open as the system's own: tests that play another user must get in.
  chmodSync(folder, 0o755);
  try {
    const report = join(folder, 'report.jsonl');
    const home = join(folder, 'home');
    mkdirSync(home);
    const main = join(projectRoot, 'scripts', 'suites', suite.inEditor ? 'editorMain.ts' : 'mochaMain.ts');
    const end = await runGroup({
      args: [
        main,
        report,
        String(suite.testTimeoutMs),
        grep ?? '',
        ...files.map(file => resolve(projectRoot, file)),
      ],
      cwd: projectRoot,
      env: suiteEnvironment(folder, home, options.engines),
      timeoutMs: suite.suiteTimeoutMs,
      signal,
      say,
    });
    signal.throwIfAborted();
    return judge(suite, report, end, await leftIn(folder), options);
  } finally {
    for (const { pid } of findLeftovers(folder)) kill(pid);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Podman's service for whoever asks next, as the product starts it: it ends by itself, after a test is over. */
const endsWhenIdle = /^\S*podman system service --time=[1-9]/;

/** A process that was told to end, or whose command is over, has a moment to do so: what is left then was forgotten. */
async function leftIn(folder: string): Promise<Leftover[]> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const left = findLeftovers(folder).filter(one => !endsWhenIdle.test(one.command));
    if (left.length === 0 || Date.now() > deadline) return left;
    await delay(50);
  }
}

function judge(
  suite: Suite,
  reportPath: string,
  end: { exitCode: number | null; timedOut: boolean },
  left: readonly Leftover[],
  { say, grep }: SuiteOptions,
): Totals {
  const report = readSuiteReport(reportPath);
  const { passed, failed, skipped } = report.totals;
  for (const title of report.skippedTitles) say(`  skipped: ${title}`);

  const problems: string[] = [];
  if (end.timedOut) problems.push(`it did not end within ${suite.suiteTimeoutMs / 60_000} minutes`);
  else if (!report.ended) problems.push(`it crashed (exit code ${end.exitCode ?? 'none'})`);
  else if (failed === 0 && end.exitCode !== 0) problems.push(`it ended with ${end.exitCode ?? 'a signal'}`);
  if (report.ended && passed + failed + skipped === 0 && grep === undefined) problems.push('it ran no test');
  for (const { pid, command } of left)
    problems.push(`it left process ${pid} running: ${command.slice(0, 200)}`);

  for (const problem of problems) say(`  failed: ${suite.name}: ${problem}`);
  return { passed, skipped, failed: failed + problems.length };
}

function failure(suite: Suite, problem: string, say: (line: string) => void): Totals {
  say(`  failed: ${suite.name}: ${problem}`);
  return { passed: 0, failed: 1, skipped: 0 };
}

function suiteEnvironment(folder: string, home: string, engines: string | undefined): NodeJS.ProcessEnv {
  const kept = [
    ...['CI', 'LOCKSTEP_BROWSER', 'FORCE_COLOR', 'NO_COLOR'],
    ...['LOCKSTEP_SOAK', 'LOCKSTEP_SOAK_COUNT', 'LOCKSTEP_SEED'],
  ];
  return scrubbedEnvironment(home, {
    ...Object.fromEntries(kept.map(name => [name, process.env[name]])),
    // Shared by all suites, and by later runs: names in it are of content and version.
    NODE_COMPILE_CACHE: join(projectRoot, 'node_modules', '.cache', 'lockstep', 'compiled'),
    LOCKSTEP_TEST_CACHE: cacheFolder(),
    LOCKSTEP_TEST_ENGINES: engines,
    TMPDIR: folder,
    TMP: folder,
    TEMP: folder,
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
