/** The server of OpenSSH, which tests start for themselves, on a port and with keys of their own. */
import { existsSync } from 'node:fs';

const places = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/opt/homebrew/sbin/sshd'];

/** Absolute path; sshd refuses to start by a relative one. */
export function findSshServer(): string | undefined {
  return places.find(path => existsSync(path));
}
