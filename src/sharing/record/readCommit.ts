/** Reads the files of a commit that somebody wrote, within bounds: its tree may be anything. */
import { LockstepError } from '../../base/lockstepError.ts';
import { runGit, type GitContext } from '../../git/runGit.ts';
import type { SharedFiles } from './checkRecord.ts';
import { RecordProblem } from './recordProblem.ts';
import { recordFileOf, manifestName, recordLimits } from './manifest.ts';

export interface SharedCommit {
  readonly files: SharedFiles;
  /** As the commit says. */
  readonly author: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

const maxCommitBytes = 64 * 1024;

/** Throws {@link RecordProblem} for what is no shared record. */
export async function readCommit(
  context: GitContext,
  commit: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<SharedCommit> {
  const bounded = async (args: readonly string[], what: string, maxOutputBytes: number, input?: string) => {
    try {
      return await runGit(context, args, {
        maxOutputBytes,
        variables,
        ...(input === undefined ? {} : { input }),
      });
    } catch (error) {
      if (error instanceof LockstepError && error.code === 'program-output-too-large')
        throw new RecordProblem(what);
      throw error;
    }
  };
  const type = await runGit(context, ['cat-file', '-t', commit], { variables, tolerant: true });
  if (type.stdout.toString('latin1').trim() !== 'commit') throw new RecordProblem('its ref names no commit');
  const header = await bounded(['cat-file', 'commit', commit], 'its commit is too large', maxCommitBytes);
  const listing = await bounded(
    ['ls-tree', '-r', '-z', '-l', '--full-tree', commit],
    'it has too many files',
    recordLimits.listingBytes,
  );
  const entries = listEntries(listing.stdout.toString('utf8'));
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const content = await bounded(
    ['cat-file', '--batch'],
    'it is too large',
    total + entries.length * 200,
    entries.map(({ id }) => `${id}\n`).join(''),
  );
  const files = new Map<string, Buffer>();
  let at = 0;
  for (const { path, size } of entries) {
    const from = content.stdout.indexOf(10, at) + 1;
    files.set(path, content.stdout.subarray(from, from + size));
    at = from + size + 1;
  }
  return { files, ...authorOf(header.stdout.toString('utf8')) };
}

function listEntries(text: string): { path: string; id: string; size: number }[] {
  const entries: { path: string; id: string; size: number }[] = [];
  let total = 0;
  for (const entry of text.split('\0')) {
    if (entry === '') continue;
    const match = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t(.+)$/s.exec(entry);
    const [, mode = '', type = '', id = '', sizeText = '', path = ''] = match ?? [];
    if (type !== 'blob' || mode !== '100644')
      throw new RecordProblem('it holds something that is no ordinary file');
    const size = Number(sizeText);
    const maxBytes = path === manifestName ? recordLimits.manifestBytes : recordFileOf(path)?.maxBytes;
    // Of a newer version, or nothing of ours: never read.
    if (maxBytes === undefined) continue;
    total += size;
    if (size > maxBytes || total > recordLimits.totalBytes) throw new RecordProblem('it is too large');
    entries.push({ path, id, size });
    if (entries.length > recordLimits.files) throw new RecordProblem('it has too many files');
  }
  return entries;
}

function authorOf(commit: string): { author: string; at: string } {
  const match = /^author (.*?) ?<[^>\n]*> (\d{1,12}) [+-]\d{4}$/m.exec(commit.split('\n\n', 1)[0] ?? '');
  const seconds = Math.min(Number(match?.[2] ?? 0), 253_402_300_799);
  return {
    author: (match?.[1] ?? '').slice(0, 200),
    at: new Date(seconds * 1000).toISOString(),
  };
}
