/**
 * Starts the container engines that tests work with, once for all suites of a run, and ends them afterwards with all
 * they had started. What a run that was killed left behind, the next one removes.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { hostIdentity, identifyProcess, processLives } from '../../../src/base/processIdentity.ts';
import { errorText } from '../../../src/base/systemError.ts';
import { cacheFolder } from '../cacheFolder.ts';
import { baseImageName, madeBaseImage } from './baseImage.ts';
import { removeRemains, startDockerDaemon } from './dockerDaemon.ts';
import { mayProvision, onPath, runningDocker } from './enginePackages.ts';
import { registryProgram, startRegistry } from './imageRegistry.ts';
import { preparePodman, removePodman } from './podmanPlace.ts';
import { freeBridge, makeBridge, removeBridge } from './privateBridge.ts';

/** What tests are told, by the file that `LOCKSTEP_TEST_ENGINES` names. */
export const startedEnginesSchema = z.object({
  docker: z
    .object({
      /** What DOCKER_HOST is set to. */
      endpoint: z.string(),
      /** The client, absolute. */
      program: z.string(),
      /** Whether it was begun for the tests, so that they need not be careful with it. */
      private: z.boolean(),
      /** A private one's stand-in for NVIDIA's hook: a script that tests may replace. */
      nvidiaHook: z.string().optional(),
    })
    .optional(),
  podman: z.object({ program: z.string(), folder: z.string() }).optional(),
  registry: z.object({ address: z.string() }).optional(),
  base: z.object({ name: z.string(), tar: z.string().optional() }),
  /** A short folder for sockets of engines that a test starts for itself, and one for their data. */
  folder: z.string(),
  data: z.string(),
  /** Why a part is not there. */
  missing: z.record(z.string(), z.string()),
});
export type StartedEngines = z.infer<typeof startedEnginesSchema>;

export interface RunningEngines {
  /** Path of the file for `LOCKSTEP_TEST_ENGINES`. */
  readonly file: string;
  stop(): Promise<void>;
}

const ownerSchema = z.object({
  pid: z.number(),
  startTime: z.string().optional(),
  host: z.object({ host: z.string(), bootId: z.string().optional(), pidNamespace: z.string().optional() }),
  folder: z.string(),
  dockerBridge: z.object({ name: z.string(), subnet: z.string(), gateway: z.string() }),
  podmanBridge: z.object({ name: z.string(), subnet: z.string(), gateway: z.string() }),
});

export async function startEngines(say: (line: string) => void): Promise<RunningEngines> {
  const all = join(cacheFolder(), 'engines');
  await mkdir(all, { recursive: true });
  await removeAbandoned(all, say);

  const id = randomBytes(4).toString('hex');
  const data = join(all, id);
  const folder = await mkdtemp(join(tmpdir(), 'lse-'));
  await mkdir(data);
  const dockerBridge = freeBridge(`d${id}`, 213);
  const podmanBridge = freeBridge(`p${id}`, 214);
  const own = (await identifyProcess(process.pid)) ?? { pid: process.pid };
  await writeFile(
    join(data, 'owner.json'),
    JSON.stringify({ ...own, host: await hostIdentity(), folder, dockerBridge, podmanBridge }),
  );

  const stops: (() => Promise<void>)[] = [];
  const missing: Record<string, string> = {};
  const part = async <T>(name: string, start: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await start();
    } catch (error) {
      missing[name] = errorText(error);
      say(`Missing: ${name} for container tests. ${errorText(error)}`);
      return undefined;
    }
  };
  const docker = await part('Docker', async () => {
    const program = onPath('docker');
    if (program === undefined) throw new Error('There is no docker program.');
    const there = await runningDocker();
    if (there !== undefined) {
      say(`Container tests use the Docker engine that is there: ${there.endpoint}`);
      return { endpoint: there.endpoint, program, private: false };
    }
    if (!mayProvision()) throw new Error('No Docker engine answers, and none is started here.');
    if (onPath('dockerd') === undefined) throw new Error('There is no dockerd program.');
    const bridge = await makeBridge(dockerBridge);
    stops.push(() => removeBridge(bridge));
    const programs = join(folder, 'programs');
    const nvidiaHook = await placeHook(programs);
    const place = { folder: join(folder, 'docker'), data: join(data, 'docker'), bridge, programs };
    const daemon = await startDockerDaemon(place);
    stops.push(() => daemon.remove());
    say(`Container tests use a private Docker engine, ended afterwards: ${daemon.endpoint}`);
    return { endpoint: daemon.endpoint, program, private: true, ...nvidiaHook };
  });
  const podman = await part('Podman', async () => {
    if (onPath('podman') === undefined) throw new Error('There is no podman program.');
    const root = process.getuid?.() === 0;
    if (root && !mayProvision()) throw new Error('LOCKSTEP_PROVISION=0 forbids to start one.');
    const place = {
      folder: join(folder, 'podman'),
      data: join(data, 'podman'),
      bridge: root ? podmanBridge : undefined,
    };
    stops.push(async () => {
      await removePodman(place);
      if (root) await removeBridge(podmanBridge);
    });
    return { program: await preparePodman(place), folder: place.folder };
  });
  const registry = await part('a registry', async () => {
    const program = registryProgram();
    if (program === undefined) throw new Error('There is no docker-registry program.');
    const started = await startRegistry(program, join(data, 'registry'));
    stops.push(() => started.stop());
    return { address: started.address };
  });

  const tar = madeBaseImage();
  const started: StartedEngines = {
    ...(docker === undefined ? {} : { docker }),
    ...(podman === undefined ? {} : { podman }),
    ...(registry === undefined ? {} : { registry }),
    base: { name: baseImageName(), ...(tar === undefined ? {} : { tar }) },
    folder,
    data: join(data, 'own'),
    missing,
  };
  const file = join(data, 'engines.json');
  await writeFile(file, JSON.stringify(started, undefined, 2));
  return {
    file,
    stop: async () => {
      for (const stop of stops.reverse())
        await stop().catch((error: unknown) => say(`Container engines: ${errorText(error)}`));
      await removeRemains({ folder, data });
    },
  };
}

/** What runs left behind that were killed: their owner is gone for good. */
async function removeAbandoned(all: string, say: (line: string) => void): Promise<void> {
  const here = await hostIdentity();
  for (const name of await readdir(all)) {
    const data = join(all, name);
    const text = await readFile(join(data, 'owner.json'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const owner = ownerSchema.parse(JSON.parse(text));
    if ((await processLives(owner.host, owner, here)) === 'lives') continue;
    say('Removing the container engines of a test run that was killed …');
    await removePodman({
      folder: join(owner.folder, 'podman'),
      data: join(data, 'podman'),
      bridge: undefined,
    });
    await removeRemains({ folder: owner.folder, data });
    for (const bridge of [owner.dockerBridge, owner.podmanBridge]) await removeBridge(bridge);
    await rm(data, { recursive: true, force: true });
  }
}

/**
 * A stand-in for NVIDIA's hook, which a daemon must see when it starts to take `--gpus` at all; where the real one is
 * installed, the real one stays.
 */
async function placeHook(programs: string): Promise<{ nvidiaHook?: string }> {
  await mkdir(programs, { recursive: true });
  if (onPath('nvidia-container-runtime-hook') !== undefined) return {};
  const nvidiaHook = join(programs, 'nvidia-container-runtime-hook');
  await writeFile(nvidiaHook, '#!/bin/sh\ncat >/dev/null\nexit 0\n', { mode: 0o755 });
  return { nvidiaHook };
}

/** Whether there is a file of engines that a run, or a person, has started. */
export function startedEnginesFile(): string | undefined {
  const file = process.env['LOCKSTEP_TEST_ENGINES'];
  return file !== undefined && file !== '' && existsSync(file) ? file : undefined;
}
