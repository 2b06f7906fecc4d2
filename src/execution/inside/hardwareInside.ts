/** What a command in a container can use: the machine's processors and memory, the container's system, the GPUs it sees. */
import type { Hardware } from '../../runs/captured.ts';
import type { Known } from '../../runs/known.ts';
import { captured } from '../../runs/known.ts';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import { captureHardware, recordedGpu } from '../capture/hardware.ts';
import { parseGpuTable } from '../../environments/gpu/nvidiaSmi.ts';
import type { ContainerApi } from './containerApi.ts';
import type { ProbedContainer } from './probeInside.ts';

const gpuTable =
  'nvidia-smi --query-gpu=name,memory.total,driver_version,compute_cap,mig.mode.current,ecc.mode.current --format=csv 2>/dev/null || nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv 2>/dev/null';

/** Rejects only as captureHardware does. */
export async function hardwareInside(
  api: ContainerApi,
  { id, user }: ContainerRecord,
  probe: ProbedContainer | undefined,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Known<Hardware>> {
  const machine = await captureHardware({ variables: { ...variables } });
  if (machine.known === 'unknown') return machine;
  const { gpus } = machine.value;
  const libc = probe?.python?.libc;
  return captured({
    ...machine.value,
    os: probe?.os ?? 'unknown (the image does not say)',
    libc: libc === undefined || libc === '' ? undefined : libc.replace('-', ' '),
    gpus: gpus.length === 0 ? [] : await seenInside(api, id, user, gpus),
  });
}

async function seenInside(
  api: ContainerApi,
  id: string,
  user: string | undefined,
  gpus: Hardware['gpus'],
): Promise<Hardware['gpus']> {
  if (gpus.some(({ vendor }) => vendor === 'amd')) {
    const argv = ['/bin/sh', '-c', '[ -e /dev/kfd ] && echo seen'];
    const { stdout } = await api.run(id, { argv, user });
    return stdout.toString('utf8').trim() === 'seen' ? gpus : [];
  }
  const { stdout } = await api.run(id, { argv: ['/bin/sh', '-c', gpuTable], user });
  return parseGpuTable(stdout.toString('utf8')).map(recordedGpu);
}
