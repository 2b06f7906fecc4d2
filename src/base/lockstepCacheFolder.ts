import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache folder of this product, by the conventions of each system. */
export function lockstepCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['XDG_CACHE_HOME'];
  if (named !== undefined && named.startsWith('/')) return join(named, 'lockstep');
  const home = environment['HOME'] ?? homedir();
  if (process.platform === 'win32') return join(environment['LOCALAPPDATA'] ?? home, 'lockstep', 'Cache');
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches', 'lockstep');
  return join(home, '.cache', 'lockstep');
}
