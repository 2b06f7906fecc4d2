/** What one line of output says, whoever wrote it: the common result of all line parsers. */
import type { ParameterValue } from '../runs/plan.ts';

export interface ReportedLine {
  /** In the order of the line; values may be NaN or infinite. */
  readonly metrics: readonly { readonly key: string; readonly value: number }[];
  /** Absent when the line does not say: the reader then counts per key. */
  readonly step?: number;
  /** Of a distributed launcher. */
  readonly rank?: number;
  /** Milliseconds since the epoch, when the line carries its own clock. */
  readonly time?: number;
  /** Nested names joined by dots, as Hydra and DVC write them. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}
