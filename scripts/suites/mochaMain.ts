/** The process of one suite in plain Node: `mochaMain.ts REPORT TIMEOUT_MS GREP FILE…`. */
import { runMocha } from './runMocha.ts';

const [report = '', timeoutMs = '', grep = '', ...files] = process.argv.slice(2);
const failures = await runMocha({
  files,
  report,
  timeoutMs: Number(timeoutMs),
  grep: grep === '' ? undefined : grep,
});
process.exitCode = failures === 0 ? 0 : 1;

// Tests that leave something open would keep the suite from ending: say what it is, and end.
setTimeout(() => {
  console.log(`  still open at the end: ${process.getActiveResourcesInfo().join(', ')}`);
  process.exit();
}, 10_000).unref();
