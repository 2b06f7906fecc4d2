/** One of many processes: takes two snapshots in the repository given, of files of its own. Prints the last tree. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takeSnapshot } from '../../../src/git/takeSnapshot.ts';

const [root = '', index = ''] = process.argv.slice(2);
await mkdir(join(root, 'files'), { recursive: true });
await writeFile(join(root, 'files', `${index}.txt`), `${index}\n`);
const snapshot = await takeSnapshot({ root });
if (snapshot.known === 'unknown') throw new Error(snapshot.reason);
process.stdout.write(snapshot.value.tree);
