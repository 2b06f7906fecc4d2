/** Parses `git status --porcelain=v2 -z`: git's own documentation ("Porcelain Format Version 2") is the format. */
import { splitNul, type BytePath } from './bytePath.ts';

export interface StatusEntry {
  readonly path: BytePath;
  /** `tracked`: differs between HEAD, index and disk; `unmerged`: in a conflict; `untracked`: not in the index. */
  readonly kind: 'tracked' | 'unmerged' | 'untracked';
  /** How the disk differs from the index: `.` not at all, `D` missing, `M`, `T` or `A` otherwise. */
  readonly onDisk: string;
}

export interface Status {
  /** Branch name without `refs/heads/`; undefined when detached. */
  readonly branch: string | undefined;
  readonly entries: readonly StatusEntry[];
}

export function parseStatus(output: Buffer): Status {
  let branch: string | undefined;
  const entries: StatusEntry[] = [];
  const fields = splitNul(output);
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index] ?? '';
    switch (field[0]) {
      case '#': {
        const name = /^# branch\.head (.*)$/s.exec(field)?.[1];
        if (name !== undefined && name !== '(detached)')
          branch = Buffer.from(name, 'latin1').toString('utf8');
        break;
      }
      case '1':
        entries.push({ path: afterSpaces(field, 8), kind: 'tracked', onDisk: field[3] ?? '.' });
        break;
      case '2':
        entries.push({ path: afterSpaces(field, 9), kind: 'tracked', onDisk: field[3] ?? '.' });
        index++;
        break;
      case 'u':
        entries.push({ path: afterSpaces(field, 10), kind: 'unmerged', onDisk: 'M' });
        break;
      case '?':
        entries.push({ path: field.slice(2), kind: 'untracked', onDisk: 'A' });
        break;
      default:
        break;
    }
  }
  return { branch, entries };
}

function afterSpaces(field: string, count: number): string {
  let at = 0;
  for (let seen = 0; seen < count; seen++) at = field.indexOf(' ', at) + 1;
  return field.slice(at);
}
