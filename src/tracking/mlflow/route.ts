/** One call of MLflow's REST interface: where it is answered, what it takes, and who answers. */
import type * as z from 'zod';
import { readFields } from './fields.ts';
import type { Tracker } from './tracker.ts';

export type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Route {
  readonly verbs: readonly Verb[];
  /** Below `/api/2.0/mlflow/`; `{name}` stands for one part and becomes a field. */
  readonly path: string;
  /** Throws MlflowProblem. */
  answer(tracker: Tracker, fields: unknown): object | Promise<object>;
}

export function route<T>(
  verbs: string,
  path: string,
  schema: z.ZodType<T>,
  act: (tracker: Tracker, fields: T) => object | Promise<object>,
): Route {
  return {
    verbs: verbs.split(' ') as Verb[],
    path,
    answer: (tracker, fields) => act(tracker, readFields(schema, fields)),
  };
}
