/** Runs mocha in this process, the same way in plain Node and inside the editor's extension host. */
import { appendFileSync } from 'node:fs';
import { format } from 'node:util';
import Mocha from 'mocha';
import { appendReportLine } from './suiteReport.ts';

export interface MochaRun {
  /** Absolute paths of test files. */
  readonly files: readonly string[];
  /** Where the report for the runner goes. */
  readonly report: string;
  readonly timeoutMs: number;
  /** Only tests whose full title matches. */
  readonly grep?: string | undefined;
  /** Loads the files by `require`: the editor's extension host hands out `vscode` in no other way. */
  readonly synchronous?: boolean;
  /** A file that takes the words for the person; without it they go to the console. */
  readonly words?: string;
}

/** Resolves with the number of failures, after they have been printed with their differences. */
export async function runMocha(run: MochaRun): Promise<number> {
  const mocha = new LoadingMocha({
    timeout: run.timeoutMs,
    forbidOnly: true,
    reporter: class extends Mocha.reporters.Base {
      constructor(runner: Mocha.Runner) {
        super(runner);
        reportTo(run, runner);
      }
    },
    ...(run.grep === undefined ? {} : { grep: run.grep }),
  });
  for (const file of run.files) mocha.addFile(file);
  if (run.synchronous === true) mocha.loadBlocking();
  else await mocha.loadFilesAsync();
  return new Promise(resolve => mocha.run(resolve));
}

class LoadingMocha extends Mocha {
  loadBlocking(): void {
    this.loadFiles();
  }
}

function reportTo({ report, words }: MochaRun, runner: Mocha.Runner): void {
  const say = (...text: unknown[]): void => {
    if (words === undefined) console.log(...text);
    else appendFileSync(words, format(...text) + '\n');
  };
  Mocha.reporters.Base.consoleLog = say;
  const failures: Mocha.Test[] = [];
  const write = (test: Mocha.Runnable, outcome: 'passed' | 'failed' | 'skipped'): void =>
    appendReportLine(report, { kind: 'test', title: test.fullTitle(), outcome, ms: test.duration ?? 0 });

  runner.on('pass', test => {
    write(test, 'passed');
    if ((test.duration ?? 0) > 5000)
      say(`  slow: ${test.fullTitle()} (${((test.duration ?? 0) / 1000).toFixed(0)} s)`);
  });
  runner.on('pending', test => write(test, 'skipped'));
  // A failed hook arrives here, too: the tests it keeps from running are not counted, the failure is.
  runner.on('fail', (test, error: unknown) => {
    test.err = error instanceof Error ? error : new Error(String(error));
    failures.push(test);
    write(test, 'failed');
    say(`  failed: ${test.fullTitle()}`);
  });
  runner.once('end', () => {
    if (failures.length > 0) Mocha.reporters.Base.list(failures);
    appendReportLine(report, { kind: 'end' });
  });
}
