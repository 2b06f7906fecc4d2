/** The programs that Lockstep starts: are they here, and new enough. */
import { runCommand } from '../../base/runCommand.ts';
import type { DoctorCheck } from '../output/doctorOutput.ts';

const timeoutMs = 10_000;

export function checkNode(version: string): DoctorCheck {
  const good = atLeast(version, [20, 19]);
  return {
    name: 'node',
    status: good ? 'good' : 'missing',
    found: version,
    ...(good ? {} : { mend: 'Install Node.js 20.19 or newer: https://nodejs.org' }),
  };
}

export async function checkGit(env: NodeJS.ProcessEnv): Promise<DoctorCheck> {
  const mend = 'sudo apt-get install git (Debian, Ubuntu), brew install git (macOS), or https://git-scm.com';
  const text = await versionOf('git', ['--version'], env);
  if (text === undefined)
    return { name: 'git', status: 'missing', found: 'not found: code cannot be recorded', mend };
  const good = atLeast(text, [2, 25]);
  return {
    name: 'git',
    status: good ? 'good' : 'warning',
    found: good ? text : `${text}: older than 2.25, snapshots may fail`,
    ...(good ? {} : { mend }),
  };
}

export async function checkPython(env: NodeJS.ProcessEnv): Promise<DoctorCheck> {
  for (const program of process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python']) {
    const text = await versionOf(program, ['--version'], env);
    if (text === undefined) continue;
    const good = atLeast(text, [3, 8]);
    return {
      name: 'python',
      status: good ? 'good' : 'warning',
      found: good ? `${text} (${program})` : `${text}: what it reads and loads is seen from 3.8 on`,
      ...(good ? {} : { mend: 'Use Python 3.8 or newer for your experiments.' }),
    };
  }
  return {
    name: 'python',
    status: 'warning',
    found: 'not found: packages of Python runs cannot be recorded',
    mend: 'sudo apt-get install python3 (Debian, Ubuntu), or https://www.python.org',
  };
}

async function versionOf(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  try {
    const outcome = await runCommand({ program, args, env, timeoutMs });
    const text = (outcome.stdout.toString('utf8') || outcome.stderr).trim().split('\n')[0];
    return outcome.exitCode === 0 ? text : undefined;
  } catch {
    return undefined;
  }
}

function atLeast(text: string, [major, minor]: readonly [number, number]): boolean {
  const found = /(\d+)\.(\d+)/.exec(text);
  if (found === null) return false;
  const [first, second] = [Number(found[1]), Number(found[2])];
  return first > major || (first === major && second >= minor);
}
