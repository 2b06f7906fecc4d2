/** From a move of HEAD to the verdict on pinned data, in a repository with two thousand pins. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareHeads } from '../src/data/sync/compareHeads.ts';
import { gitRepository } from '../test/helpers/gitRepository.ts';
import { measure } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const pinCount = 2_000;
const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 11);
const changedCounts = [0, 20, 200, pinCount];

await using repository = await gitRepository({ '.dvc/config': '', '.gitignore': '*.bin\n' });
const { root, environment } = repository;

// The collection that commits start by themselves would go on beside the measurement.
await repository.git('config', 'gc.auto', '0');

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function pin(index: number, version: string): void {
  const content = `${version} ${index}`;
  const id = createHash('md5').update(content).digest('hex');
  const path = `d${index % 40}/f${index}.bin`;
  write(`.dvc/cache/files/md5/${id.slice(0, 2)}/${id.slice(2)}`, content);
  write(path, content);
  const text = `outs:\n- md5: ${id}\n  size: ${content.length}\n  hash: md5\n  path: f${index}.bin\n`;
  write(`${path}.dvc`, text);
}

for (let index = 0; index < pinCount; index++) pin(index, 'before');
const from = await repository.commit('before');
const commits: string[] = [];
for (const count of changedCounts) {
  await repository.git('checkout', '--quiet', '--force', from);
  for (let index = 0; index < count; index++) pin(index, 'after');
  commits.push(await repository.commit(`${count} changed`));
}
await repository.git('gc', '--quiet');

const measured = await measure(
  changedCounts.map((count, place) => ({
    name: `${count} changed`,
    act: async () => {
      const begin = performance.now();
      const { paths } = await compareHeads(root, { from, to: commits[place] }, {}, environment);
      if (paths.length !== count) throw new Error(`${paths.length} paths instead of ${count}`);
      return performance.now() - begin;
    },
  })),
  rounds,
);

await writeTable({
  topic: 'dataHead',
  title: 'From a move of HEAD to the verdict',
  method:
    `${pinCount.toLocaleString('en')} \`.dvc\` files in 40 folders, every object in the cache, a file in the working tree ` +
    `for each pin. The call runs inside a process that has started, as in the editor; the page cache is warm; each cell ` +
    `is the median (minimum–maximum) of ${rounds} rounds in turns.`,
  columns: ['pins that differ', 'verdict', 'aim'],
  rows: changedCounts.map((count, place) => {
    const spread = measured[place]?.spread;
    return [count.toLocaleString('en'), spread === undefined ? '–' : formatSpread(spread, 'ms', 0), '100 ms'];
  }),
});
