/**
 * Docker's contexts: names for engines that `docker context use` chooses among. Read from the files themselves, because
 * the client that would tell may be absent.
 * https://docs.docker.com/engine/manage-resources/contexts/
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

export interface DockerContext {
  readonly name: string;
  readonly endpoint: string;
  /** Holds ca.pem, cert.pem and key.pem, as DOCKER_CERT_PATH does. */
  readonly certificates?: string;
  /** Whether a certificate that nobody vouches for is taken. */
  readonly skipVerify: boolean;
}

/** A context that is named and cannot be had. */
export interface BrokenContext {
  readonly name: string;
  readonly why: string;
}

const configSchema = z.looseObject({ currentContext: z.string().optional() });

const metaSchema = z.looseObject({
  Name: z.string(),
  Endpoints: z.looseObject({
    docker: z.looseObject({ Host: z.string().optional(), SkipTLSVerify: z.boolean().optional() }).optional(),
  }),
});

/** Name of the context that `docker context use` chose; undefined when none, or the default, is chosen. */
export async function currentContext(configFolder: string): Promise<string | undefined> {
  const text = await readFile(join(configFolder, 'config.json'), 'utf8').catch(() => undefined);
  const name = configSchema.safeParse(parsed(text)).data?.currentContext;
  return name === undefined || name === '' || name === 'default' ? undefined : name;
}

/** @param configFolder `~/.docker`, or DOCKER_CONFIG. */
export async function readContext(
  configFolder: string,
  name: string,
): Promise<DockerContext | BrokenContext> {
  const id = createHash('sha256').update(name).digest('hex');
  const path = join(configFolder, 'contexts', 'meta', id, 'meta.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return { name, why: 'there is no such context' };
  const meta = metaSchema.safeParse(parsed(text));
  if (!meta.success) return { name, why: `${path} cannot be read` };
  const engine = meta.data.Endpoints.docker;
  if (engine?.Host === undefined || engine.Host === '') return { name, why: 'it names no Docker engine' };
  const certificates = join(configFolder, 'contexts', 'tls', id, 'docker');
  return {
    name,
    endpoint: engine.Host,
    skipVerify: engine.SkipTLSVerify === true,
    ...(existsSync(certificates) ? { certificates } : {}),
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
