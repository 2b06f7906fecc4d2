/** Lets a run that was launched with a managed Python environment execute in it. */
import { interpreterIn } from '../../environments/python/pythonEnvironment.ts';
import type { LaunchSpec } from '../launchSpec.ts';
import type { PrepareContext, PreparedRun, RunHooks } from '../runHooks.ts';
import { ownEnvironments } from './projectInterpreter.ts';
import { pythonCommand } from './pythonCommand.ts';

/** `hooks`, and before them nothing but the change of the command. A reproduction prepares its environment itself. */
export function withPythonEnvironment(hooks: RunHooks): RunHooks {
  return {
    ...hooks,
    async prepare(spec, context) {
      const { python } = spec.environment;
      if (spec.environment.kind === 'python' && python !== undefined && spec.reproduces === undefined)
        return prepared(spec, context, python);
      return (await hooks.prepare?.(spec, context)) ?? {};
    },
  };
}

function prepared(
  spec: LaunchSpec,
  { argv, environment }: PrepareContext,
  { folder, interpreter, folders }: NonNullable<LaunchSpec['environment']['python']>,
): PreparedRun {
  const active = [environment['VIRTUAL_ENV'], environment['CONDA_PREFIX']].filter(one => one !== undefined);
  return pythonCommand({
    argv,
    cwd: spec.cwd,
    variables: environment,
    python: { folder, interpreter: interpreter ?? interpreterIn(folder), folders },
    instead: [...active, ...ownEnvironments(spec.root)],
  });
}
