/**
 * The files that two runs wrote. Invariant: two contents are called equal only when both were hashed; a hash that is
 * missing on either side is inconclusive, never a match.
 */
import type { FileUse } from '../../runs/captured.ts';
import type { OutputVerdict } from '../../runs/verdict.ts';
import { differOnlyInTimes } from './embeddedTimes.ts';
import { noVolatilePatterns, volatileOutputReason } from './volatileNames.ts';
import type { VolatilePatterns } from './volatileNames.ts';

export interface OutputRules {
  readonly volatile?: VolatilePatterns;
  /** Every counted metric of the two runs agrees: then different model bytes are within tolerance at best. */
  readonly metricsAgree?: boolean;
  /** Paths named with --output or in lockstep.yaml: these count even when their name looks like a log. */
  readonly declared?: readonly string[];
  /** Where the bytes of an output can still be read, or undefined when they are gone or have changed since. */
  readonly originalFile?: (output: FileUse) => Promise<string | undefined>;
  readonly reproducedFile?: (output: FileUse) => Promise<string | undefined>;
}

/** One verdict for each output of either run, sorted by path. */
export async function compareOutputs(
  original: readonly FileUse[],
  reproduced: readonly FileUse[],
  rules: OutputRules = {},
): Promise<OutputVerdict[]> {
  const first = new Map(original.map(output => [output.path, output]));
  const second = new Map(reproduced.map(output => [output.path, output]));
  const paths = [...new Set([...first.keys(), ...second.keys()])].sort((a, b) => (a < b ? -1 : 1));
  const verdicts: OutputVerdict[] = [];
  for (const path of paths)
    verdicts.push(await compareOutput(path, first.get(path), second.get(path), rules));
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

  const wasThere = original !== undefined && original.problem !== 'missing';
  const isThere = reproduced !== undefined && reproduced.problem !== 'missing';
  if (!wasThere && !isThere) return graded('inconclusive', 'Neither run wrote it.');
  if (!isThere && original?.how === 'ambiguous')
    return {
      ...facts,
      verdict: 'inconclusive',
      volatile: true,
      sentence: 'Not counted: something else may have written it.',
    };
  if (!isThere) return graded('diverged', 'The reproduction did not write it.');
  if (!wasThere) return graded('diverged', 'Only the reproduction wrote it.');
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
  if (before !== undefined && now !== undefined && (await differOnlyInTimes(before, now)))
    return {
      ...facts,
      verdict: 'within-tolerance',
      volatile: true,
      sentence: 'Not counted: differs only in embedded times.',
    };
  if (rules.metricsAgree === true && modelFile.test(path))
    return graded('within-tolerance', 'The model bytes differ although every counted metric agrees.');
  return graded('diverged', 'The bytes differ.');
}

/** Formats that hold trained weights. */
const modelFile =
  /\.(pt|pth|ckpt|bin|safetensors|h5|hdf5|keras|onnx|pb|tflite|npz|npy|pkl|pickle|joblib|model|gguf|msgpack|ubj)$/i;

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

function because(use: FileUse): string {
  return use.problem === undefined ? '' : ` (${use.problem})`;
}
