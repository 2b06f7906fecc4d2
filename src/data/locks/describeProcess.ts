/** A process in words, for a message about what it holds. */
import { readFile } from 'node:fs/promises';

/** `process 4711 (dvc pull)`; without the command where the system does not tell. */
export async function describeProcess(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const words = line.split('\0').filter(Boolean);
  // An interpreter says less than the script that it runs.
  const from = words.length > 1 && /(?:^|\/)(?:python|node)[\d.]*$/.test(words[0] ?? '') ? 1 : 0;
  const names = words
    .slice(from, from + 3)
    .map((word, index) => (index === 0 ? word.replace(/^.*\//, '') : word));
  return names.length === 0 ? `process ${pid}` : `process ${pid} (${names.join(' ')})`;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One of another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
