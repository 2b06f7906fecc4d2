/** Everything below a folder as text, to compare two of them. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface ContentOptions {
  /** Relative paths to leave out, with everything below. */
  readonly leaveOut?: (path: string) => boolean;
  /** Permission bits, too. */
  readonly modes?: boolean;
  /** What links lead to instead of the links. */
  readonly followLinks?: boolean;
  readonly emptyFolders?: boolean;
}

/** Path → `file <md5>`, `link <target>` or `folder`, with the mode where it is asked for; sorted by path. */
export function folderContent(root: string, options: ContentOptions = {}): Record<string, string> {
  const found: [string, string][] = [];
  const visit = (path: string): void => {
    if (path !== '' && options.leaveOut?.(path) === true) return;
    const absolute = join(root, path);
    const stats = options.followLinks === true ? statSync(absolute) : lstatSync(absolute);
    const mode = options.modes === true ? ` ${(stats.mode & 0o777).toString(8)}` : '';
    if (stats.isDirectory()) {
      const names = readdirSync(absolute);
      if (names.length === 0 && options.emptyFolders === true) found.push([path, 'folder']);
      for (const name of names) visit(path === '' ? name : `${path}/${name}`);
    } else if (stats.isSymbolicLink()) found.push([path, `link ${readlinkSync(absolute)}`]);
    else found.push([path, `file ${createHash('md5').update(readFileSync(absolute)).digest('hex')}${mode}`]);
  };
  visit('');
  return Object.fromEntries(found.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The text of every pin file and `.gitignore` below a folder. */
export function pinTexts(root: string): Record<string, string> {
  const texts: [string, string][] = [];
  const visit = (path: string): void => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      const inside = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== '.git' && entry.name !== '.dvc') visit(inside);
      if (entry.isFile() && /(?:\.dvc|^dvc\.lock|^\.gitignore|^\.dvcignore)$/.test(entry.name))
        texts.push([inside, readFileSync(join(root, inside), 'utf8')]);
    }
  };
  visit('');
  return Object.fromEntries(texts.sort(([one], [other]) => (one < other ? -1 : 1)));
}
