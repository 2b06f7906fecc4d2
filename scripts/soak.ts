/** `npm run soak`: the suites that repeat things (kills, floods, large files) with their long counts. */
process.env['LOCKSTEP_SOAK'] = '1';
process.argv.push('crash', 'integration', 'interop', 'e2e');
await import('./test.ts');
