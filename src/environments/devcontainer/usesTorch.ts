/** Whether a project trains with torch, whose loaders share memory between processes: by what its package lists name. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const lists = [
  'requirements.txt',
  'pyproject.toml',
  'environment.yml',
  'environment.yaml',
  'uv.lock',
  'setup.cfg',
];

export async function usesTorch(root: string): Promise<boolean> {
  for (const name of lists) {
    const text = await readFile(join(root, name), 'utf8').catch(() => '');
    if (/(?:^|[\s"'])(?:pytorch|torch|lightning|pytorch-lightning)(?:$|[\s"'=<>~![;,])/m.test(text))
      return true;
  }
  return false;
}
