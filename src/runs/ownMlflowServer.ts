/** Whether what a run's program logs with MLflow goes to a server of its own, so that none of it is in the record. */
import type { Captured } from './captured.ts';
import type { Plan } from './plan.ts';

/** Known before the start (a variable said so), or seen when the program said it itself. */
export function hasOwnMlflowServer(run: {
  readonly plan?: Pick<Plan, 'mlflow'> | undefined;
  readonly captured?: Pick<Captured, 'mlflow'> | undefined;
}): boolean {
  return run.plan?.mlflow === 'own-server' || run.captured?.mlflow === 'own-server';
}
