/** Whether a folder lies on a file system that other machines write to as well. */
import { statfs } from 'node:fs/promises';

/** Of statfs(2) on Linux: NFS, SMB and CIFS, 9p, FUSE, Lustre, GPFS, Ceph, AFS, BeeGFS. */
const networkTypes = new Set([
  ...[0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x0bd00bd0, 0x47504653],
  ...[0x00c36400, 0x5346414f, 0x19830326],
]);

/** False where that cannot be told. */
export async function isNetworkFolder(path: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  // The number is signed on some machines.
  return statfs(path).then(
    ({ type }) => networkTypes.has(type >>> 0),
    () => false,
  );
}
