/** Whether the driver of this machine serves the CUDA of the image, asked before anything is built on it or started from it. */
import { readFile } from 'node:fs/promises';
import { checkImageCuda } from '../gpu/checkImageCuda.ts';
import { baseImages } from './dockerfile.ts';
import { engineCommand } from './engineCommand.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';
import { cudaTooNew } from './upErrors.ts';
import type { PreparedUp } from './prepareUp.ts';
import { buildPlaces } from './readDevcontainer.ts';
import type { Devcontainer } from './readDevcontainer.ts';

/** Images that are not on this machine yet say nothing. Throws `cuda-too-new`. */
export async function checkCuda(
  devcontainer: Devcontainer,
  request: EnvironmentRequest,
  { host, passing }: PreparedUp,
): Promise<void> {
  if (host === undefined || passing.vendor !== 'nvidia') return;
  const { engine, variables, signal } = request;
  const places = buildPlaces(devcontainer);
  const images =
    places === undefined
      ? [devcontainer.value.image ?? '']
      : baseImages(await readFile(places.dockerfile, 'utf8').catch(() => ''));
  for (const image of images.filter(one => one !== '' && !one.includes('$'))) {
    const text = await engineCommand(
      engine,
      ['image', 'inspect', '--format', '{{json .Config.Env}}', image],
      {
        ...{ variables, signal },
      },
    ).catch(() => 'null');
    const entries = (JSON.parse(text) ?? []) as readonly string[];
    const environment = Object.fromEntries(
      entries.map((entry): [string, string] => {
        const at = entry.indexOf('=');
        return [entry.slice(0, at), entry.slice(at + 1)];
      }),
    );
    const verdict = checkImageCuda(environment, host, passing.how);
    if (verdict.verdict === 'too-old') throw cudaTooNew(image, verdict);
  }
}
