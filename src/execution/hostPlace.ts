/** This machine as it is: the command is a child of its supervisor, and every path and variable means itself. */
import { setTimeout as delay } from 'node:timers/promises';
import { identifyProcess } from '../base/processIdentity.ts';
import type { ProcessIdentity } from '../base/processIdentity.ts';
import { findProcessTree } from '../base/processTree.ts';
import type { TreeRoot } from '../base/processTree.ts';
import type { ProcessRecord } from '../runs/processRecord.ts';
import { awaitOrphan } from './awaitOrphan.ts';
import { captureHardware } from './capture/hardware.ts';
import { noteHardware } from './capture/hardwareNow.ts';
import { captureInterpreter } from './capture/interpreter.ts';
import { capturePackages } from '../environments/python/packages.ts';
import { runIdVariable } from './childEnvironment.ts';
import type { CommandPlace, PlaceOptions } from './commandPlace.ts';
import { endTree } from './endTree.ts';
import { lockstepCacheFolder } from '../base/lockstepCacheFolder.ts';
import type { LaunchSpec } from './launchSpec.ts';
import { spawnCommand } from './spawnCommand.ts';
import type { CommandEnd } from './spawnCommand.ts';
import { supervisorVariable } from './supervisorEnvironment.ts';

export function hostPlace(spec: LaunchSpec, { paths }: Pick<PlaceOptions, 'paths'>): CommandPlace {
  const leads = leadsGroup(spec);
  const recorded = (child: ProcessIdentity | undefined): { processGroup?: number } =>
    leads && child !== undefined ? { processGroup: child.pid } : {};
  return {
    isHere: true,
    identity: () => Promise.resolve(spec.environment),
    environment: here => Promise.resolve(here),
    interpreter: ({ variables, ...question }) =>
      captureInterpreter({ ...question, variables, cacheDir: lockstepCacheFolder(definedOf(variables)) }),
    hookFolder: folder => Promise.resolve(folder),
    inside: path => path,
    outside: path => path,
    async start(command) {
      const { pid, ended } = await spawnCommand(paths, command);
      const child = (await identifyProcess(pid)) ?? { pid };
      return { pid, ended, child, recorded: recorded(child) };
    },
    async resume(before) {
      const child = before?.child ?? (await findOrphan(spec.id));
      if (child === undefined && before?.ended === undefined) return undefined;
      return { pid: child?.pid ?? -1, child, recorded: recorded(child), ended: endOf(before?.ended, child) };
    },
    openMlflow: () => Promise.resolve(),
    tree({ child }) {
      const root = (remembered: TreeRoot['remembered']): TreeRoot => ({
        root: child ?? { pid: -1 },
        ...(leads && child !== undefined ? { session: child.pid } : {}),
        marker: `${runIdVariable}=${spec.id}`,
        foreign: `${supervisorVariable}=`,
        ...(remembered === undefined ? {} : { remembered }),
      });
      return {
        root,
        end: ({ remembered, ...options }) => endTree({ ...options, tree: () => root(remembered()) }),
      };
    },
    async hardware(variables) {
      const hardware = await captureHardware({ variables: definedOf(variables) });
      await noteHardware(lockstepCacheFolder(definedOf(variables)), hardware);
      return hardware;
    },
    packages: (interpreter, question, variables) =>
      capturePackages({
        ...{ ...question, interpreter, variables },
        cacheDir: lockstepCacheFolder(definedOf(variables)),
      }),
    close: () => Promise.resolve(),
  };
}

/** A command without the terminal leads a session and group of its own, whose number is its own. */
function leadsGroup(spec: LaunchSpec): boolean {
  return process.platform !== 'win32' && spec.stdin !== 'terminal';
}

async function endOf(ended: ProcessRecord['ended'], child: ProcessIdentity | undefined): Promise<CommandEnd> {
  if (ended !== undefined) return notedEnd(ended);
  if (child !== undefined) await awaitOrphan(child);
  return { exitCode: undefined, signal: undefined };
}

/** As an earlier supervisor saw it. */
export function notedEnd(ended: NonNullable<ProcessRecord['ended']>): CommandEnd {
  return {
    exitCode: ended.exitCode,
    signal: ended.signal as NodeJS.Signals | undefined,
    noted: { at: ended.at, durationMs: ended.durationMs },
  };
}

/** Its supervisor may have died before it could write down which process the command is: the mark remains. */
async function findOrphan(id: string): Promise<ProcessIdentity | undefined> {
  // In the moment in which a process becomes another program it shows no environment.
  for (let look = 0; look < 3; look++) {
    const found = await findProcessTree({
      root: { pid: -1 },
      marker: `${runIdVariable}=${id}`,
      foreign: `${supervisorVariable}=`,
    });
    const [oldest] = found.sort((a, b) => Number(a.startTime) - Number(b.startTime));
    if (oldest !== undefined)
      return {
        pid: oldest.pid,
        ...(oldest.startTime === undefined ? {} : { startTime: oldest.startTime }),
      };
    await delay(50);
  }
  return undefined;
}

function definedOf(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
