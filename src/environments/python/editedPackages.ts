/**
 * Files of installed packages that somebody has edited in place: younger than what their installer wrote down of them
 * (`RECORD`), and of another hash than that says. Cheap: only packages that were loaded are looked at, and only younger
 * files are read. conda's are left out, since it changes files itself while it installs them.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EditedPackageFile } from '../../runs/captured.ts';
import { listInstalled } from './packages.ts';
import type { InstalledPackage } from './packages.ts';

const mostFiles = 20;
/** What is read of the younger files of one package. */
const mostBytes = 64 * 1024 * 1024;
/** Files and the list of them are written one after the other. */
const toleranceMs = 2_000;

/**
 * @param folders In the order of sys.path.
 * @param loaded Names of modules at the top that the program had loaded. Never rejects.
 */
export async function editedPackages(
  folders: readonly string[],
  loaded: ReadonlySet<string>,
): Promise<EditedPackageFile[]> {
  const edited: EditedPackageFile[] = [];
  for (const installed of await listInstalled(folders)) {
    const { name, version, editable, installer } = installed.package;
    if (editable === true || installer === 'conda') continue;
    for (const file of await editedFiles(installed, loaded))
      if (edited.length < mostFiles) edited.push({ name, version, ...file });
  }
  return edited;
}

async function editedFiles(
  { info }: InstalledPackage,
  loaded: ReadonlySet<string>,
): Promise<{ path: string; sha256: string }[]> {
  if (info === undefined) return [];
  const list = join(info, 'RECORD');
  const [text, written] = await Promise.all([
    readFile(list, 'utf8').catch(() => ''),
    stat(list).catch(() => undefined),
  ]);
  const edited: { path: string; sha256: string }[] = [];
  let left = mostBytes;
  for (const { path, hash } of entriesOf(text)) {
    if (written === undefined || !loaded.has(topOf(path))) continue;
    const place = join(dirname(info), path);
    const found = await stat(place).catch(() => undefined);
    if (found === undefined || found.mtimeMs <= written.mtimeMs + toleranceMs) continue;
    left -= found.size;
    if (left < 0) break;
    const content = await readFile(place).catch(() => undefined);
    if (content === undefined || digest(content, 'base64url') === hash) continue;
    edited.push({ path, sha256: digest(content, 'hex') });
  }
  return edited;
}

/** Code of the package itself: `name/module.py,sha256=…,123`. */
function entriesOf(text: string): { path: string; hash: string }[] {
  return text.split('\n').flatMap(line => {
    const [, path = '', hash = ''] = /^"?([^",]+\.(?:py|so|pyd))"?,sha256=([\w-]+),/.exec(line.trim()) ?? [];
    return path === '' || path.startsWith('..') ? [] : [{ path, hash }];
  });
}

function topOf(path: string): string {
  return (path.split('/')[0] ?? '').replace(/\..*$/, '');
}

function digest(content: Buffer, form: 'hex' | 'base64url'): string {
  return createHash('sha256').update(content).digest(form);
}
