/** One of many processes: takes five snapshots at once, while others write files and take theirs. Prints the trees. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takeSnapshot } from '../../../src/git/takeSnapshot.ts';

const [root = '', worker = ''] = process.argv.slice(2);
await mkdir(join(root, 'files'), { recursive: true });
const trees = await Promise.all(
  Array.from({ length: 5 }, async (_, index) => {
    await writeFile(join(root, 'files', `${worker}-${index}.txt`), `${worker} ${index}\n`);
    const snapshot = await takeSnapshot({ root });
    if (snapshot.known === 'unknown') throw new Error(snapshot.reason);
    return snapshot.value.tree;
  }),
);
process.stdout.write(trees.join('\n'));
