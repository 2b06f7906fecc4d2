/**
 * What the environment of a command says about MLflow. A tracking URI of the user's own stands: their data goes where
 * they sent it. One that an outer run set for its own program is not theirs.
 */
type Environment = Readonly<Record<string, string | undefined>>;

/** Says beside MLFLOW_TRACKING_URI that it is ours, to a run that is started from within a run. */
const markVariable = 'LOCKSTEP_MLFLOW_URI';

/** @param endpoint What the endpoint asks for: its address, and what clients are to send with each run. */
export function mlflowEnvironment(endpoint: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...endpoint,
    [markVariable]: endpoint['MLFLOW_TRACKING_URI'] ?? '',
    // The page it would name is nothing to look at.
    MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true',
  };
}

/** The environment without what an outer run put there. */
export function withoutOuterMlflow(environment: Environment): Environment {
  const mark = environment[markVariable];
  if (mark === undefined) return environment;
  const outer = environment['MLFLOW_TRACKING_URI'] === mark ? ['MLFLOW_TRACKING_URI'] : [];
  const gone = new Set([
    markVariable,
    'MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT',
    'MLFLOW_RUN_CONTEXT',
    ...outer,
  ]);
  const context = ownContext(environment['MLFLOW_RUN_CONTEXT']);
  return {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !gone.has(name))),
    ...(context === undefined ? {} : { MLFLOW_RUN_CONTEXT: context }),
  };
}

/** Whether the user sends their data elsewhere. */
export function hasOwnTrackingUri(environment: Environment): boolean {
  return (environment['MLFLOW_TRACKING_URI'] ?? '') !== '';
}

/** What the user's programs send with each run, without what Lockstep added; undefined when nothing is left. */
function ownContext(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    const own = Object.entries(JSON.parse(text) as Record<string, unknown>).filter(
      ([name]) => !name.startsWith('lockstep.'),
    );
    return own.length === 0 ? undefined : JSON.stringify(Object.fromEntries(own));
  } catch {
    return text;
  }
}
