/**
 * The suites of `npm test`, in the order in which they begin: what is basic comes first, then the longest, so that the
 * those that run at once come to an end together. None may disturb another: each has folders, ports and engines of its own.
 */
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
  suite('unit', [], 60, 10),
  suite('integration', ['bundles'], 120, 25),
  suite('interop', ['bundles', 'peers'], 240, 20),
  suite('containers', ['bundles', 'engines'], 120, 25),
  suite('e2e', ['bundles', 'browser', 'editor'], 240, 15),
  suite('crash', ['bundles', 'peers'], 240, 15),
  suite('extension', ['bundles', 'browser', 'editor', 'engines'], 120, 10),
  suite('webview', ['bundles', 'browser'], 120, 10),
  suite('packaging', ['bundles'], 120, 5),
];
