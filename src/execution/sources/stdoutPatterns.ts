/** Standard output as a source of its own, read by the regular expressions of `lockstep.yaml`. */
import { PatternReader } from '../../tracking/patternReader.ts';
import type { TrackingRules } from '../../tracking/trackingRules.ts';
import { appendedBufferBytes, AppendedFile } from './appendedFile.ts';
import type { FollowedFile } from './followedFile.ts';
import { SourceIntake } from './sourceIntake.ts';
import type { Training } from './training.ts';
import { TrainingIntake } from './trainingIntake.ts';

export function stdoutPatterns(options: {
  readonly training: Training;
  readonly rules: TrackingRules;
  readonly onProblem: (text: string) => void;
}): FollowedFile {
  const { training, rules, onProblem } = options;
  const name = 'stdout-patterns';
  // A terminal's session is cleaned of its frame at the end, and then read again.
  const intake = new TrainingIntake({
    decide: () => training,
    intakeOf: ({ run, media, owners }) =>
      new SourceIntake({
        ...{ run, media, owners, name, onProblem },
        naming: { owner: name, prefixes: ['', 'stdout'] },
        mayRepeat: true,
      }),
  });
  const { run } = training;
  const buffer = Buffer.allocUnsafe(appendedBufferBytes);
  const newReader = (): PatternReader => new PatternReader({ patterns: rules.patterns });
  return new AppendedFile({ path: run.paths.stdout, intake, newReader, from: 0, buffer, onProblem });
}
