/** What a snapshot lacks, in one sentence. */
import type { SnapshotGap } from '../runs/plan.ts';

const maxNamed = 3;

/** Whether the bytes are nowhere in our keeping. */
export function isLacking(gap: SnapshotGap): boolean {
  return gap.blob === undefined && gap.heldAs === undefined;
}

/** Undefined when the bytes of every gap are held, so that nothing is lacking. */
export function describeGaps(gaps: readonly SnapshotGap[]): string | undefined {
  const lacking = gaps.filter(isLacking);
  if (lacking.length === 0) return undefined;
  const named = lacking.slice(0, maxNamed).map(gap => `${gap.path} (${reasonText(gap)})`);
  const more = lacking.length > maxNamed ? `, and ${lacking.length - maxNamed} more` : '';
  return `Not held: ${named.join(', ')}${more}.`;
}

function reasonText({ reason, sha256 }: SnapshotGap): string {
  const text = reasons[reason] ?? reason;
  return reason === 'over-limit' && sha256 === undefined ? `${text}, not hashed before the start` : text;
}

const reasons: Readonly<Record<string, string>> = {
  'nested-repository': 'a repository of its own: its files are held, its history is not',
  filtered: 'changed by a filter, and over the size limit',
  'over-limit': 'over the size limit',
  unreadable: 'cannot be read',
  unmerged: 'in a conflict',
  'special-file': 'not an ordinary file',
  'changed-meanwhile': 'changed while the snapshot was taken',
};
