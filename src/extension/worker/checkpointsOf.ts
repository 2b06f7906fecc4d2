/** Which outputs of a run a part can start from, newest names last: checkpoints, by name alone. */
import type { Result } from '../../runs/result.ts';
import { wasWritten } from '../../runs/wasWritten.ts';

const formats = /\.(?:ckpt|pt|pth|bin|safetensors|npz|h5|keras|msgpack|pkl|json)$/i;
const says = /(?:ckpt|checkpoint|(?:epoch|step|iter)[-_=]?\d+)/i;

export function checkpointsOf(result: Result | undefined): string[] {
  return (result?.outputs ?? [])
    .filter(wasWritten)
    .filter(({ path, volatile }) => volatile !== true && formats.test(path) && says.test(path))
    .map(({ path }) => path)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .slice(0, 100);
}
