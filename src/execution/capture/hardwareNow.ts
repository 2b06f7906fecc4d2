/**
 * What this machine is made of, for somebody who waits: as it was last captured since the machine started and the driver
 * was loaded. `nvidia-smi` takes a second and more, and hangs on sick drivers; it is asked only where nobody has asked yet.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { hostIdentity } from '../../base/processIdentity.ts';
import { hardwareSchema, type Hardware } from '../../runs/captured.ts';
import { knownValue, type Known } from '../../runs/known.ts';
import { captureHardware, type HardwareOptions } from './hardware.ts';

export interface HardwareNowOptions extends HardwareOptions {
  /** The user's cache folder, where the answer is remembered. */
  readonly cacheFolder: string;
}

const notedSchema = z.object({ schemaVersion: z.literal(1), key: z.string(), hardware: hardwareSchema });

/** Rejects only when aborted. */
export async function hardwareNow(options: HardwareNowOptions): Promise<Known<Hardware>> {
  const key = await keyOf(options.systemRoot ?? '/');
  const noted = await readNoted(options.cacheFolder);
  if (noted?.key === key)
    return { known: 'captured', value: { ...noted.hardware, availableCores: availableParallelism() } };
  const hardware = await captureHardware(options);
  await noteHardware(options.cacheFolder, hardware, options.systemRoot);
  return hardware;
}

/** Remembers what was captured just now. Never rejects: without it the next one asks again. */
export async function noteHardware(
  cacheFolder: string,
  hardware: Known<Hardware>,
  systemRoot = '/',
): Promise<void> {
  const value = knownValue(hardware);
  if (value === undefined) return;
  const noted: z.infer<typeof notedSchema> = {
    ...{ schemaVersion: 1, key: await keyOf(systemRoot), hardware: value },
  };
  await mkdir(cacheFolder, { recursive: true })
    .then(() => writeJsonAtomic(pathIn(cacheFolder), noted))
    .catch(() => undefined);
}

/** Another start of the machine, driver, or view of its devices (as in a container) is another answer. */
async function keyOf(systemRoot: string): Promise<string> {
  const [{ bootId }, driver, release] = await Promise.all([
    hostIdentity(),
    readText(join(systemRoot, 'proc', 'driver', 'nvidia', 'version')),
    readText(join(systemRoot, 'etc', 'os-release')),
  ]);
  const parts = [bootId ?? '', hostname(), driver, release, process.version];
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}

async function readNoted(cacheFolder: string): Promise<z.infer<typeof notedSchema> | undefined> {
  try {
    return notedSchema.parse(JSON.parse(await readFile(pathIn(cacheFolder), 'utf8')));
  } catch {
    return undefined;
  }
}

function pathIn(cacheFolder: string): string {
  return join(cacheFolder, 'hardware.json');
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
