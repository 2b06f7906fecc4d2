/** The honest runs that `npm start` makes on the sample, once: a person then finds something to look at. */
import * as z from 'zod';
import { lockstep } from './lockstepCommand.ts';

const runsSchema = z.looseObject({
  runs: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string().optional(),
      state: z.string(),
      verdicts: z.array(z.looseObject({ verdict: z.string() })).default([]),
    }),
  ),
});
export type SampleRun = z.infer<typeof runsSchema>['runs'][number];

interface Context {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Name → what to type. */
const wanted: readonly { name: string; command: readonly string[] }[] = [
  { name: 'baseline', command: ['run', '--name', 'baseline', 'baseline'] },
  {
    name: 'lr 0.2',
    command: ['run', '--name', 'lr 0.2', '--', 'python3', 'train.py', '--lr', '0.2', '--epochs', '25'],
  },
  {
    name: 'narrow',
    command: ['run', '--name', 'narrow', '--', 'python3', 'train.py', '--hidden', '12', '--seed', '7'],
  },
];

/** Makes the runs that are not there yet, reproduces the baseline, and resolves with all runs. */
export async function ensureSampleRuns(context: Context): Promise<SampleRun[]> {
  let runs = await listRuns(context);
  for (const { name, command } of wanted) {
    if (runs.some(run => run.name === name && run.state === 'finished')) continue;
    context.say(`$ lockstep ${command.map(word => (/\s/.test(word) ? `"${word}"` : word)).join(' ')}`);
    const printed = await succeed(command, context);
    context.say(`  ${printed.trimEnd().split('\n').at(-1) ?? ''}`);
  }
  runs = await listRuns(context);
  const baseline = runs.find(run => run.name === 'baseline' && run.state === 'finished');
  if (baseline !== undefined && baseline.verdicts.length === 0) {
    context.say(`$ lockstep reproduce baseline`);
    context.say((await succeed(['reproduce', baseline.id], context)).trimEnd());
  }
  return listRuns(context);
}

/** The table as `lockstep runs` prints it, and the newest verdict of each run that has one. */
export async function describeSampleRuns(context: Context): Promise<string> {
  const table = (await succeed(['runs'], context)).trimEnd();
  const verdicts = (await listRuns(context)).flatMap(({ name, verdicts }) => {
    const newest = verdicts.at(-1);
    return newest === undefined ? [] : [`Verdict on ${name ?? 'a run'}: ${newest.verdict}`];
  });
  return ['$ lockstep runs', table, ...verdicts].join('\n');
}

export async function listRuns(context: Pick<Context, 'cwd' | 'env' | 'signal'>): Promise<SampleRun[]> {
  const printed = await succeed(['runs', '--json'], context);
  return runsSchema.parse(JSON.parse(printed)).runs;
}

async function succeed(
  args: readonly string[],
  { cwd, env, signal }: Pick<Context, 'cwd' | 'env' | 'signal'>,
): Promise<string> {
  const outcome = await lockstep(args, { cwd, env, signal });
  if (outcome.exitCode !== 0)
    throw new Error(
      `lockstep ${args.join(' ')} ended with ${outcome.exitCode ?? 'a signal'}:\n${outcome.stdout}${outcome.stderr}`,
    );
  return outcome.stdout;
}
