/**
 * The rank of a process in a distributed launch, as its launcher's variables say. Only a launch below the command
 * counts: a rank that Lockstep itself was started with (by `srun -n 4 lockstep run …`, or in a shell that has RANK set)
 * means that the whole run is one process of something bigger, and then it speaks for itself.
 * The Python hook knows the same rule; see capture/pythonHook/sitecustomize.py.
 */
type Environment = Readonly<Record<string, string | undefined>>;

/** Of each launcher the rank, and what it sets beside it, which tells two launches with the same rank apart. */
export const launchers = [
  ['RANK', 'LOCAL_RANK', 'WORLD_SIZE', 'LOCAL_WORLD_SIZE', 'GROUP_RANK', 'MASTER_PORT'],
  ['OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_RANK'],
  ['SLURM_PROCID', 'SLURM_STEP_ID', 'SLURM_NTASKS', 'SLURM_LOCALID'],
  ['PMI_RANK', 'PMI_SIZE'],
] as const;

/** Undefined when no launcher below `outer` has put one there. @param outer What Lockstep was started with. */
export function rankBelow(environment: Environment, outer: Environment): number | undefined {
  for (const names of launchers) {
    const rank = wholeNumber(environment[names[0]]);
    if (rank === undefined) continue;
    if (names.some(name => wholeNumber(environment[name]) !== wholeNumber(outer[name]))) return rank;
  }
  return undefined;
}

/** What the Python hook compares with, `RANK=1,WORLD_SIZE=4`; undefined where there is no rank. */
export function outerRank(outer: Environment): string | undefined {
  const found = launchers.filter(([rank]) => wholeNumber(outer[rank]) !== undefined).flat();
  const words = found.flatMap(name => {
    const value = wholeNumber(outer[name]);
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return words.length === 0 ? undefined : words.join(',');
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
