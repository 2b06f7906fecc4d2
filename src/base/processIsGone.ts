/** Whether nobody has this process number here; one that another process got since counts as there. */
import { systemErrorCode } from './systemError.ts';

export function processIsGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return systemErrorCode(error) === 'ESRCH';
  }
}
