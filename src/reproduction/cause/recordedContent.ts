/**
 * Where the content that a run read is still to be found when its file has changed since: the file itself, files beside
 * it of the same size, and what git holds or held under that path. Only content of the recorded hash counts.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { runCommand } from '../../base/runCommand.ts';
import { gitEnvironment } from '../../git/gitEnvironment.ts';
import { hashFile } from '../../git/hashFile.ts';
import type { FileUse } from '../../runs/captured.ts';

export interface ContentQuestion {
  readonly input: FileUse;
  /** The workspace. Absolute. */
  readonly root: string;
  /** Where content that only git holds is written. Made when it is needed; without, nothing is written. */
  readonly folder?: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

const mostSiblings = 100;
const mostVersions = 100;

/** An absolute path, `git` where only git holds it and nothing is to be written, or undefined. Rejects only when `signal` aborts. */
export async function recordedContent(question: ContentQuestion): Promise<string | undefined> {
  const { input, root, signal } = question;
  if (input.sha256 === undefined || input.hashOf !== undefined) return undefined;
  const place = isAbsolute(input.path) ? input.path : join(root, input.path);
  for (const path of [place, ...(await siblings(place, input))]) {
    signal.throwIfAborted();
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true || (input.size !== undefined && found.size !== input.size)) continue;
    if ((await hashFile(path, signal)) === input.sha256) return path;
  }
  return fromGit(question);
}

/** `data.csv.bak`, `data (old).csv`: beside it, with the same size. */
async function siblings(place: string, { size }: FileUse): Promise<string[]> {
  if (size === undefined) return [];
  const names = await readdir(dirname(place)).catch(() => []);
  return names
    .filter(name => name !== basename(place))
    .slice(0, mostSiblings)
    .map(name => join(dirname(place), name));
}

/** The file was part of the repository once, or is on another branch. */
async function fromGit(question: ContentQuestion): Promise<string | undefined> {
  const { input, root, folder, environment, signal } = question;
  if (isAbsolute(input.path)) return undefined;
  const git = async (args: readonly string[]): Promise<Buffer | undefined> => {
    const env = gitEnvironment(environment);
    const outcome = await runCommand({ program: 'git', args, cwd: root, env, signal }).catch(() => undefined);
    signal.throwIfAborted();
    return outcome?.exitCode === 0 ? outcome.stdout : undefined;
  };
  const args = ['log', '--all', '--format=', '--raw', '--no-abbrev', '--no-renames', `-n${mostVersions}`];
  const listed = await git([...args, '--', `:(top,literal)${input.path}`]);
  const blobs = new Set(
    (listed?.toString('utf8') ?? '')
      .split('\n')
      .flatMap(line => /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) /.exec(line)?.slice(1, 3) ?? [])
      .filter(id => !/^0+$/.test(id)),
  );
  for (const blob of blobs) {
    const size = Number((await git(['cat-file', '-s', blob]))?.toString('utf8'));
    if (!(size <= largestBlob) || (input.size !== undefined && size !== input.size)) continue;
    const bytes = await git(['cat-file', 'blob', blob]);
    if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== input.sha256) continue;
    if (folder === undefined) return 'git';
    await mkdir(folder, { recursive: true });
    const path = join(folder, input.sha256);
    await writeFile(path, bytes);
    return path;
  }
  return undefined;
}

/** Read in one piece. */
const largestBlob = 256 * 1024 * 1024;
