/**
 * `npm run soak`: the suites that repeat things (kills, floods, large files), with their long counts, and the cases that
 * `npm test` leaves out. `LOCKSTEP_SOAK_COUNT=3` tries every part with no more repetitions than that; names of suites
 * choose among them.
 */
process.env['LOCKSTEP_SOAK'] = '1';
if (process.argv.length === 2) process.argv.push('crash', 'integration', 'interop', 'containers', 'e2e');
await import('./test.ts');
