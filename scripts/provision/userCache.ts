/** The folder in which the system keeps what can be made again. */
import { homedir, platform } from 'node:os';
import { join } from 'node:path';

/** Absolute; may not exist yet. */
export function userCacheFolder(): string {
  if (platform() === 'win32') return process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local');
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches');
  const chosen = process.env['XDG_CACHE_HOME'];
  return chosen === undefined || chosen === '' ? join(homedir(), '.cache') : chosen;
}
