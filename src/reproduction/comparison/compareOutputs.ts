/**
 * The files that two runs wrote. Invariant: two contents are called equal only when both were hashed; a hash that is
 * missing on either side is inconclusive, never a match.
 */
import type { FileUse } from '../../runs/captured.ts';
import type { OutputVerdict } from '../../runs/verdict.ts';
import { differOnlyInTimes } from './embeddedTimes.ts';
import { differOnlyInFields } from './fields/differOnlyInFields.ts';
import { isModelFile } from './modelFiles.ts';
import { pairOutputs } from './pairOutputs.ts';
import { compareTensors } from './tensors/compareTensors.ts';
import type { TensorComparison } from './tensors/compareTensors.ts';
import { noVolatilePatterns, volatileOutputReason } from './volatileNames.ts';
import type { VolatilePatterns } from './volatileNames.ts';
import { formatRelative } from '../../series/formatNumber.ts';
import { wasWritten } from '../../runs/wasWritten.ts';

export interface OutputRules {
  readonly volatile?: VolatilePatterns;
  /** Every counted metric of the two runs agrees: then different model bytes are within tolerance at best. */
  readonly metricsAgree?: boolean;
  /** Some of them only within noise or tolerance. */
  readonly metricsApart?: boolean;
  /** Paths named with --output or in lockstep.yaml: these count even when their name looks like a log. */
  readonly declared?: readonly string[];
  /** Where the bytes of an output can still be read, or undefined when they are gone or have changed since. */
  readonly originalFile?: (output: FileUse) => Promise<string | undefined>;
  readonly reproducedFile?: (output: FileUse) => Promise<string | undefined>;
  /** Paths of those that the reproduction found as the original had left them, and did not make again. */
  readonly found?: ReadonlySet<string>;
  /** Puts the place of the original where a text of the reproduction names its own. */
  readonly asRecorded?: ((text: string) => string) | undefined;
}

/** One verdict for each output of either run, sorted by path, under the names of the original. */
export async function compareOutputs(
  original: readonly FileUse[],
  reproduced: readonly FileUse[],
  rules: OutputRules = {},
): Promise<OutputVerdict[]> {
  const verdicts: OutputVerdict[] = [];
  for (const { path, original: first, reproduced: second } of pairOutputs(original, reproduced)) {
    const compared = await compareOutput(path, first, second, rules);
    verdicts.push(
      second === undefined || second.path === path
        ? compared
        : { ...compared, sentence: [`Now ${second.path}.`, compared.sentence].filter(Boolean).join(' ') },
    );
  }
  return verdicts;
}

async function compareOutput(
  path: string,
  original: FileUse | undefined,
  reproduced: FileUse | undefined,
  rules: OutputRules,
): Promise<OutputVerdict> {
  const reason = volatileReason(path, original, reproduced, rules);
  const volatile = reason !== undefined;
  const facts = {
    path,
    ...(original?.sha256 === undefined ? {} : { originalSha256: original.sha256 }),
    ...(reproduced?.sha256 === undefined ? {} : { reproducedSha256: reproduced.sha256 }),
  };
  const graded = (verdict: OutputVerdict['verdict'], sentence?: string): OutputVerdict => {
    const words = [sentence, volatile ? `Not counted: ${reason}.` : undefined].filter(
      word => word !== undefined,
    );
    return { ...facts, verdict, volatile, ...(words.length === 0 ? {} : { sentence: words.join(' ') }) };
  };

  const wasThere = original !== undefined && wasWritten(original);
  const isThere = reproduced !== undefined && wasWritten(reproduced);
  // Alike in that, and nothing of it was compared.
  if (!wasThere && !isThere)
    return {
      ...{ path, verdict: 'identical', volatile: true },
      sentence: 'Not counted: neither run wrote it.',
    };
  if (!isThere && original?.how === 'ambiguous')
    return {
      ...facts,
      verdict: 'inconclusive',
      volatile: true,
      sentence: 'Not counted: something else may have written it.',
    };
  if (!isThere && rules.found?.has(path) === true)
    return {
      ...facts,
      verdict: 'inconclusive',
      volatile: true,
      sentence:
        'Not counted: the reproduction found it as the original had left it, and did not make it again.',
    };
  if (!isThere) return graded('diverged', 'The reproduction did not write it.');
  if (original === undefined || original.problem === 'missing')
    return graded('diverged', 'Only the reproduction wrote it.');
  // A program that makes only what is not there found nothing in its checkout.
  if (original.unwritten === true && original.sha256 !== reproduced.sha256)
    return graded(
      'inconclusive',
      'The original left what lay there before, and only the reproduction wrote it.',
    );
  if (original.sha256 === undefined)
    return graded('inconclusive', `The original was not hashed${because(original)}.`);
  if (reproduced.sha256 === undefined)
    return graded('inconclusive', `The reproduced file was not hashed${because(reproduced)}.`);
  if (original.sha256 === reproduced.sha256) return graded('identical');
  if (volatile) return graded('diverged', 'The bytes differ.');

  const [before, now] = await Promise.all([
    rules.originalFile?.(original),
    rules.reproducedFile?.(reproduced),
  ]);
  const both = before !== undefined && now !== undefined;
  const tensors = both ? await compareTensors(before, now, path) : undefined;
  if (tensors !== undefined && !('problem' in tensors))
    return { ...facts, volatile, ...gradedTensors(tensors, path, rules) };
  const only = both ? await onlyDifference(path, { before, now }, rules) : undefined;
  if (only !== undefined)
    return {
      ...{ ...facts, verdict: 'within-tolerance', volatile: true },
      sentence: `Not counted: differs only in ${only}.`,
    };
  const problem =
    tensors !== undefined
      ? ` ${tensors.problem}`
      : before === undefined && rules.originalFile !== undefined
        ? ' What the original wrote is gone, so only its hash could be compared.'
        : '';
  if (rules.metricsAgree === true && isModelFile(path))
    return graded(
      'within-tolerance',
      `The model bytes differ although every counted metric ${agreement(rules)}.${problem}`,
    );
  return graded('diverged', `The bytes differ.${problem}`);
}

/** What never counts and is all that differs, in words. */
async function onlyDifference(
  path: string,
  files: { readonly before: string; readonly now: string },
  { volatile = noVolatilePatterns, asRecorded }: OutputRules,
): Promise<string | undefined> {
  if (await differOnlyInTimes(files.before, files.now)) return 'embedded times';
  return differOnlyInFields(path, files, { volatile, asRecorded });
}

/**
 * Other names, shapes or types are another model. Numbers beyond the tolerance of their type are what small differences
 * of rounding become in a training, so where every counted metric agrees they are as bad as other bytes of a model, as
 * long as the two are one model and not two: a file of arrays that is none is judged by its numbers alone.
 */
function gradedTensors(
  { format, verdict, compared, differing, mismatch, distance = Infinity, ...rest }: TensorComparison,
  path: string,
  rules: OutputRules,
): Pick<OutputVerdict, 'verdict' | 'tensors' | 'sentence'> {
  const relative = rest.maxRelativeDifference;
  const tensors = {
    ...{ format, compared, differing: differing.slice(0, shownTensors) },
    ...(relative === undefined ? {} : { maxRelativeDifference: relative }),
  };
  if (verdict === 'identical') {
    const what = compared === 1 ? 'The one tensor is' : `All ${compared} tensors are`;
    return { verdict, tensors, sentence: `${what} identical; only the file around differs.` };
  }
  if (mismatch !== undefined) return { verdict: 'diverged', tensors, sentence: `${capitalised(mismatch)}.` };
  const total = compared === 1 ? 'The one tensor' : `${differing.length} of ${compared} tensors`;
  const differs = differing.length === 1 || compared === 1 ? 'differs' : 'differ';
  const by =
    relative === undefined || rest.furthest === undefined
      ? ` (${differing.slice(0, 3).join(', ')})`
      : `, most in ${rest.furthest}: by ${amountText(relative)}`;
  if (verdict === 'within-tolerance')
    return { verdict, tensors, sentence: `${total} ${differs}${by}, within the tolerance of the data type.` };
  return rules.metricsAgree === true && isModelFile(path) && distance <= oneModel
    ? {
        verdict: 'within-tolerance',
        tensors,
        sentence: `${total} ${differs}${by}, although every counted metric ${agreement(rules)}.`,
      }
    : { verdict, tensors, sentence: `${total} ${differs}${by}.` };
}

function agreement({ metricsApart }: OutputRules): string {
  return metricsApart === true ? 'is within its noise or tolerance' : 'agrees';
}

const shownTensors = 20;

/** Of the length of all weights taken as one vector. Two trainings that have nothing in common are 1.4 of it apart. */
const oneModel = 0.5;

function amountText(relative: number): string {
  return Number.isFinite(relative) ? `a relative ${formatRelative(relative)}` : 'an infinite amount';
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function volatileReason(
  path: string,
  original: FileUse | undefined,
  reproduced: FileUse | undefined,
  rules: OutputRules,
): string | undefined {
  const reason = volatileOutputReason(path, rules.volatile ?? noVolatilePatterns);
  if (reason?.startsWith('matches ') === true) return reason;
  if (rules.declared?.includes(path) === true) return undefined;
  if (reason !== undefined) return reason;
  return original?.volatile === true || reproduced?.volatile === true ? 'marked volatile' : undefined;
}

/** Whether a verdict would count it. */
export function isCountedOutput(
  output: FileUse,
  declared: readonly string[],
  volatile: VolatilePatterns = noVolatilePatterns,
): boolean {
  return (
    output.how !== 'ambiguous' &&
    volatileReason(output.path, output, undefined, { declared, volatile }) === undefined
  );
}

function because(use: FileUse): string {
  return use.problem === undefined ? '' : ` (${use.problem})`;
}
