/** What the filter of the Experiments view lets through. */
import type { RunSummary } from '../../runs/runSummary.ts';

/** Every word must occur in the name, the command, a tag, the state or the branch. '' lets all through. */
export function runFilter(text: string): (run: RunSummary) => boolean {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '');
  return run => {
    const told = [
      run.name,
      run.note,
      run.experiment,
      run.state,
      run.branch,
      ...run.argv,
      ...run.tags,
      run.id,
    ];
    const all = told.join('\n').toLowerCase();
    return words.every(word => all.includes(word));
  };
}
