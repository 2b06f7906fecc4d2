/** Imports a source into an empty store in a fresh process; prints as one line of JSON what that took. */
import { importKinds } from '../../src/imports/importKind.ts';
import { importRuns } from '../../src/imports/importRuns.ts';
import { RunStore } from '../../src/runs/runStore.ts';

const [word = '', path = '', root = '', store = ''] = process.argv.slice(2);
const kind = importKinds.find(one => one === word);
if (kind === undefined) throw new Error(`${word} is no kind`);
const start = performance.now();
await importRuns({ kind, path, project: { root, store }, toolVersion: '0.0.0-bench' });
const ms = performance.now() - start;
let points = 0;
for (const run of await new RunStore(store).list())
  for (const { count } of Object.values(run.metrics)) points += count;
console.log(JSON.stringify({ ms, points, bytes: process.resourceUsage().maxRSS * 1024 }));
