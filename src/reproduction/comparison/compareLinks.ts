/** The symbolic links that two runs made: which checkpoint is the best one is a result, too. */
import type { FileUse } from '../../runs/captured.ts';
import type { MadeLink } from '../../runs/result.ts';
import type { OutputVerdict } from '../../runs/verdict.ts';
import type { OutputRules } from './compareOutputs.ts';
import { isSamePattern, pairOutputs } from './pairOutputs.ts';
import { noVolatilePatterns, volatileOutputReason } from './volatileNames.ts';

/**
 * One verdict for each link of either run, by the names of the original.
 * @param original Undefined where nothing is recorded of links: then nothing is said of them.
 */
export function compareLinks(
  original: readonly MadeLink[] | undefined,
  reproduced: readonly MadeLink[],
  { volatile = noVolatilePatterns, declared = [] }: Pick<OutputRules, 'volatile' | 'declared'> = {},
): OutputVerdict[] {
  if (original === undefined) return [];
  const before = new Map(original.map(({ path, target }) => [path, target]));
  const now = new Map(reproduced.map(({ path, target }) => [path, target]));
  return pairOutputs(original.map(asOutput), reproduced.map(asOutput)).map(pair => {
    const first = before.get(pair.original?.path ?? '');
    const second = now.get(pair.reproduced?.path ?? '');
    const reason = volatileOutputReason(pair.path, volatile);
    const isVolatile =
      reason !== undefined && (reason.startsWith('matches ') || !declared.includes(pair.path));
    const graded = (verdict: OutputVerdict['verdict'], sentence: string): OutputVerdict => ({
      ...{ path: pair.path, verdict, volatile: isVolatile },
      sentence: isVolatile ? `${sentence} Not counted: ${reason}.` : sentence,
    });
    if (second === undefined)
      return graded('diverged', `The reproduction did not make this link to ${first ?? ''}.`);
    if (first === undefined) return graded('diverged', `Only the reproduction made this link to ${second}.`);
    if (first === second) return graded('identical', `A link to ${first}.`);
    return isSamePattern(first, second)
      ? graded('identical', `A link to ${first}, now to ${second}: only times or random words differ.`)
      : graded('diverged', `A link to ${first}, now to ${second}.`);
  });
}

/** Links are paired as files are; the target is what they hold. */
function asOutput({ path, target }: MadeLink): FileUse {
  return { path, how: 'seen', sha256: target };
}
