/** The suites of `npm test`, in the order in which they run: what is fast and basic comes first. */
export interface Suite {
  readonly name: string;
  /** Test files, relative to the root. */
  readonly files: string;
  /** What must be there: the bundles, a browser, the VS Code server, tracking libraries, container engines. */
  readonly needs: readonly Need[];
  /** Of one test, unless it says otherwise. */
  readonly testTimeoutMs: number;
  /** Of the whole suite: a suite that hangs is ended with everything it started. */
  readonly suiteTimeoutMs: number;
  /** Whether the tests run inside the editor's extension host. */
  readonly inEditor: boolean;
  /** The suite before it, which mostly waits, as this one does: both run at once. */
  readonly beside?: string;
}

/** Of `peers` and `engines` some may be missing: then the tests that want one skip. */
export type Need = 'bundles' | 'browser' | 'editor' | 'peers' | 'engines';

const minute = 60_000;

/** `npm run soak` repeats much more. */
const patience = process.env['LOCKSTEP_SOAK'] === '1' ? 20 : 1;

function suite(name: string, needs: readonly Need[], testSeconds: number, suiteMinutes: number): Suite {
  return {
    name,
    needs,
    files: `test/${name}/**/*.test.ts`,
    testTimeoutMs: testSeconds * 1000 * patience,
    suiteTimeoutMs: suiteMinutes * minute * patience,
    inEditor: name === 'extension',
  };
}

export const suites: readonly Suite[] = [
  suite('unit', [], 20, 5),
  suite('integration', ['bundles'], 60, 12),
  { ...suite('interop', ['bundles', 'peers'], 240, 20), beside: 'integration' },
  suite('webview', ['bundles', 'browser'], 60, 5),
  suite('packaging', ['bundles'], 120, 5),
  suite('crash', ['bundles', 'peers'], 240, 10),
  { ...suite('containers', ['bundles', 'engines'], 120, 10), beside: 'crash' },
  suite('extension', ['bundles', 'browser', 'editor', 'engines'], 60, 6),
  suite('e2e', ['bundles', 'browser', 'editor'], 240, 10),
];

/** Suites that run at once, in the order of the table. */
export function inRounds(chosen: readonly Suite[]): Suite[][] {
  const rounds: Suite[][] = [];
  for (const one of chosen) {
    const last = rounds.at(-1);
    if (one.beside !== undefined && last?.some(({ name }) => name === one.beside) === true) last.push(one);
    else rounds.push([one]);
  }
  return rounds;
}
