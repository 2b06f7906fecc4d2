/** Files of a run of which only a part was executed. Invariant: what was not reached is neither a match nor a difference. */
import type { OutputVerdict } from '../../runs/verdict.ts';

export interface Stop {
  /** Which of the two did not get to its end. */
  readonly who: 'run' | 'original';
  readonly how: 'stopped' | 'failed' | 'lost';
  /** The last step that both runs have. */
  readonly step?: number | undefined;
}

/** Undefined for `stop` where both got to their ends, and a part was asked for all the same. */
export function unreachedOutputs(outputs: readonly OutputVerdict[], stop: Stop | undefined): OutputVerdict[] {
  return outputs.map(output => {
    if (output.volatile || output.verdict === 'identical') return output;
    const { originalSha256, reproducedSha256 } = output;
    const written = originalSha256 !== undefined && reproducedSha256 !== undefined;
    const reason = stop === undefined ? 'only a part was asked for' : reasonOf(stop, written);
    return { ...output, verdict: 'inconclusive', volatile: true, sentence: `Not counted: ${reason}.` };
  });
}

function reasonOf({ who, how, step }: Stop, written: boolean): string {
  const end = `the ${who} ${how === 'failed' ? 'failed' : `was ${how}`}${step === undefined ? '' : ` at step ${step}`}`;
  return written ? `${end}, so what it wrote is unfinished` : `${end} before it was written`;
}
