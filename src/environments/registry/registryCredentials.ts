/**
 * Who we are for a registry, as the engines know it: `docker login` and `podman login` write `config.json` and
 * `auth.json`, or name a program (`docker-credential-…`) that keeps the secret. Nothing of it is ever recorded.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { runCommand } from '../../base/runCommand.ts';

export interface RegistryLogin {
  readonly user: string;
  readonly password: string;
  /** In place of the password, where the login was made by single sign-on. */
  readonly identityToken?: string;
}

const fileSchema = z.looseObject({
  auths: z
    .record(z.string(), z.looseObject({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
});

const helperAnswerSchema = z.looseObject({ Username: z.string(), Secret: z.string() });

/** Undefined where nobody has logged in. Never rejects: what cannot be read is no login. */
export async function registryLogin(
  registry: string,
  variables: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<RegistryLogin | undefined> {
  for (const path of loginFiles(variables)) {
    const file = await readLoginFile(path);
    if (file === undefined) continue;
    const names = namesOf(registry);
    const helper =
      names.map(name => file.credHelpers[name]).find(one => one !== undefined) ?? file.credsStore;
    const entry = Object.entries(file.auths).find(([name]) => names.includes(hostOf(name)));
    const login =
      (helper === undefined
        ? undefined
        : await askHelper(helper, entry?.[0] ?? names[0] ?? registry, variables, signal)) ??
      (entry === undefined ? undefined : decode(entry[1]));
    if (login !== undefined) return login;
  }
  return undefined;
}

function loginFiles(variables: Readonly<Record<string, string | undefined>>): string[] {
  const home = variables['HOME'] ?? variables['USERPROFILE'] ?? homedir();
  const runtime = variables['XDG_RUNTIME_DIR'];
  return [
    ...[variables['REGISTRY_AUTH_FILE']].filter(path => path !== undefined),
    join(variables['DOCKER_CONFIG'] ?? join(home, '.docker'), 'config.json'),
    ...(runtime === undefined ? [] : [join(runtime, 'containers', 'auth.json')]),
    join(home, '.config', 'containers', 'auth.json'),
  ];
}

async function readLoginFile(path: string): Promise<z.infer<typeof fileSchema> | undefined> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Docker Hub is written in several ways, all with a login of their own. */
function namesOf(registry: string): string[] {
  return registry === 'docker.io' ? ['index.docker.io', 'docker.io', 'registry-1.docker.io'] : [registry];
}

function hostOf(name: string): string {
  return name.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

function decode(entry: {
  readonly auth?: string | undefined;
  readonly identitytoken?: string | undefined;
}): RegistryLogin | undefined {
  const text = Buffer.from(entry.auth ?? '', 'base64')
    .toString('utf8')
    .replace(/\0+$/, '');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return {
    ...{ user: text.slice(0, colon), password: text.slice(colon + 1) },
    ...(entry.identitytoken === undefined || entry.identitytoken === ''
      ? {}
      : { identityToken: entry.identitytoken }),
  };
}

async function askHelper(
  helper: string,
  server: string,
  variables: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
): Promise<RegistryLogin | undefined> {
  // A name of a program, not a path: the file may have been written by anybody's tool.
  if (!/^[\w-]+$/.test(helper)) return undefined;
  try {
    const { exitCode, stdout } = await runCommand({
      ...{ program: `docker-credential-${helper}`, args: ['get'], input: server, timeoutMs: 10_000 },
      ...{ env: { ...variables }, ...(signal === undefined ? {} : { signal }) },
    });
    if (exitCode !== 0) return undefined;
    const { Username: user, Secret: secret } = helperAnswerSchema.parse(JSON.parse(stdout.toString('utf8')));
    return user === '<token>' ? { user, password: '', identityToken: secret } : { user, password: secret };
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
