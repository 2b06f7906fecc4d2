/** `npm run bench [TOPIC…]`: builds, then runs bench/TOPIC.ts one after another; without a topic it lists them. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from './projectRoot.ts';
import { buildCheck, runChecks } from './suites/runChecks.ts';

const topics = globSync('bench/*.ts', { cwd: projectRoot })
  .map(file => basename(file, '.ts'))
  .sort();
const chosen = process.argv.slice(2);
const unknown = chosen.filter(topic => !topics.includes(topic));
if (chosen.length === 0 || unknown.length > 0) {
  console.log(`npm run bench TOPIC…, where TOPIC is one of: ${topics.join(', ')}`);
  process.exit(2);
}

if ((await runChecks([buildCheck], new AbortController().signal)).failed > 0) process.exit(1);
for (const topic of chosen) {
  const outcome = spawnSync(process.execPath, [join(projectRoot, 'bench', `${topic}.ts`)], {
    stdio: 'inherit',
  });
  if (outcome.status !== 0) process.exitCode = 1;
}
