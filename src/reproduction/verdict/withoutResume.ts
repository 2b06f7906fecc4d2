/** A reproduction that went on from a checkpoint, as it is compared: the option itself makes no ingredient another one. */
import type { FileUse, SeenSeed } from '../../runs/captured.ts';
import type { Parameter } from '../../runs/plan.ts';
import type { JudgedRun } from './judgeReproduction.ts';

/**
 * @param files The checkpoint, by its paths in the record of the original.
 * @param words How many words behind the command said to go on from it.
 */
export function withoutResume(
  reproduced: JudgedRun,
  original: JudgedRun,
  files: readonly FileUse[],
  words: number,
): JudgedRun {
  const { plan, captured, result } = reproduced;
  const checkpoint = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const readBefore = new Set((original.captured?.inputs ?? []).map(({ path }) => path));
  const kept = plan.argv.length - words;
  const names = Object.entries(plan.parameters)
    .filter(([, { argvIndex = -1 }]) => argvIndex >= kept)
    .map(([name]) => name);
  const reported = Object.entries(result?.reportedParameters ?? {})
    .filter(([, { value }]) => [...checkpoint.keys()].some(path => String(value).endsWith(path)))
    .map(([name]) => name);
  return {
    ...reproduced,
    plan: {
      ...plan,
      argv: plan.argv.slice(0, kept),
      parameters: setBack(plan.parameters, original.plan.parameters, names),
    },
    ...(captured === undefined
      ? {}
      : {
          captured: {
            ...captured,
            inputs: [
              ...captured.inputs.filter(
                ({ path, sha256 }) => readBefore.has(path) || checkpoint.get(path) !== sha256,
              ),
              ...readEarlier(captured.inputs, original.captured?.inputs ?? []),
            ],
            seeds: withEarlierSeeds(captured.seeds, original.captured?.seeds),
          },
        }),
    ...(result === undefined
      ? {}
      : {
          result: {
            ...result,
            reportedParameters: setBack(
              result.reportedParameters,
              original.result?.reportedParameters ?? {},
              reported,
            ),
          },
        }),
  };
}

/** What was read before the checkpoint was written need not be read again. */
function readEarlier(now: readonly FileUse[], before: readonly FileUse[]): FileUse[] {
  const read = new Set(now.map(({ path }) => path));
  return before.filter(({ path, opened }) => opened === undefined && !read.has(path));
}

/** Seeds that were set before the checkpoint need not be set again; those that are have to be among the original's. */
function withEarlierSeeds(
  now: readonly SeenSeed[] | undefined,
  before: readonly SeenSeed[] | undefined,
): SeenSeed[] | undefined {
  if (now === undefined || before === undefined) return now === undefined ? undefined : [...now];
  const isOf = (call: SeenSeed) => (one: SeenSeed) => one.call === call.call && one.worker === call.worker;
  const isKnown = (one: SeenSeed): boolean =>
    one.more === true ||
    before.some(other => isOf(one)(other) && (other.more === true || other.value === one.value));
  return [...before, ...now.filter(one => !isKnown(one))];
}

function setBack(
  parameters: Readonly<Record<string, Parameter>>,
  original: Readonly<Record<string, Parameter>>,
  names: readonly string[],
): Record<string, Parameter> {
  const left = Object.entries(parameters).filter(([name]) => !names.includes(name));
  const before = Object.entries(original).filter(([name]) => names.includes(name));
  return Object.fromEntries([...left, ...before]);
}
