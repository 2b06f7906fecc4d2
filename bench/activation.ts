/** How long the editor waits for the extension to activate, as the editor itself measures it, and how large the VSIX is. */
import { stat } from 'node:fs/promises';
import { fillRepository } from '../scripts/sample/sampleProject.ts';
import { packedExtension } from '../test/helpers/packedExtension.ts';
import { realEditor } from '../test/helpers/realEditor.ts';
import { scrubbedEnvironment } from '../test/helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../test/helpers/temporaryFolder.ts';
import { measure } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const rounds = 9;

await using home = await temporaryFolder();
await using folder = await temporaryFolder();
await fillRepository(folder.path, scrubbedEnvironment(home.path));
await using editor = await realEditor(home.path);

const [activation] = await measure([{ name: 'activation', act: activationTime }], rounds);
const bytes = (await stat(await packedExtension())).size;

await writeTable({
  topic: 'activation',
  title: 'Activation time and download size',
  method:
    `The packed extension in VS Code's own server, a new window on the sample project ${rounds} times after a warm-up. ` +
    'The time is what *Developer: Show Running Extensions* tells: loading the bundle and the call of `activate`, in the extension host.',
  columns: ['what', 'measured', 'aim'],
  rows: [
    ['activation', activation === undefined ? '–' : formatSpread(activation.spread, 'ms', 0), 'under 50 ms'],
    ['VSIX', `${(bytes / 1024).toFixed(0)} KiB`, '–'],
  ],
});

async function activationTime(): Promise<number> {
  const workbench = await editor.openWindow(folder.path, { width: 1200, height: 2600 });
  try {
    await workbench.openSidebar('Lockstep');
    await workbench.runCommand('Developer: Show Running Extensions');
    // Sorted by time, the slowest first, and drawn only as far as the window reaches: hence its height.
    const row = workbench.page.locator('.part.editor .monaco-list-row').filter({ hasText: /^\s*Lockstep/ });
    const text = await row.filter({ hasText: /Activation: ?\d/ }).innerText();
    return Number(/Activation: ?(\d+)/.exec(text)?.[1]);
  } finally {
    await workbench.page.close();
  }
}
