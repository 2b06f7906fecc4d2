/** Makes ready what container tests need, as far as this machine allows: engines, a registry, a base image. */
import { errorText } from '../../src/base/systemError.ts';
import { ensureBaseImage } from './containers/baseImage.ts';
import { ensureEnginePackages, mayProvision, onPath } from './containers/enginePackages.ts';
import { ensureRegistryProgram } from './containers/imageRegistry.ts';

/** Says what is missing and why; the tests that want it then skip, or fail where results are relied on. */
export async function ensureEngines(say: (line: string) => void): Promise<void> {
  await ensureEnginePackages(say);
  if (!mayProvision()) return;
  const attempt = async (what: string, make: () => Promise<unknown>): Promise<void> => {
    await make().catch((error: unknown) => say(`Missing: ${what}. ${errorText(error)}`));
  };
  await attempt('a registry for container tests', () => ensureRegistryProgram(say));
  if (onPath('debootstrap') !== undefined)
    await attempt('a base image for container tests', () => ensureBaseImage(say));
}
