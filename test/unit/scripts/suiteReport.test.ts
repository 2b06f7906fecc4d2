import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  addTotals,
  appendReportLine,
  formatTotals,
  readSuiteReport,
} from '../../../scripts/suites/suiteReport.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('suiteReport', () => {
  it('counts what was written, a torn last line left out', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'report.jsonl');
    for (const outcome of ['passed', 'passed', 'failed', 'skipped'] as const)
      appendReportLine(path, { kind: 'test', title: outcome, outcome, ms: 1 });
    await appendFile(path, '{"kind":"te');
    const report = readSuiteReport(path);
    assert.equal(formatTotals(report.totals), '2 passed, 1 failed, 1 skipped');
    assert.equal(report.ended, false);
    assert.deepEqual(report.skippedTitles, ['skipped']);
  });

  it('takes a missing file for a suite that ran nothing', () => {
    assert.deepEqual(readSuiteReport('/nowhere/report.jsonl').totals, { passed: 0, failed: 0, skipped: 0 });
  });

  it('adds totals', () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    assert.deepEqual(addTotals([one, one]), { passed: 2, failed: 4, skipped: 6 });
  });
});
