/** Who we are for Azure: the remote's options, the environment and configuration of the `az` command, in DVC's order. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { remoteCredentials } from './errors.ts';
import type { Sdks } from './loadSdk.ts';
import type { RemoteSettings } from './objectStore.ts';
import { flagOption, numberOption, textOption } from './remoteOptions.ts';

type Service = InstanceType<Sdks['azure']['BlobServiceClient']>;

/** @param maxTries Of the SDK itself, which does not heed what a busy server asks for. */
export async function openAzureService(
  sdk: Sdks['azure'],
  settings: RemoteSettings,
  label: string,
  maxTries: number,
): Promise<Service> {
  const { BlobServiceClient } = sdk;
  const configured = await azConfiguration();
  const option = (name: string, inAz = ''): string | undefined =>
    textOption(settings, name) ??
    nonEmpty(process.env[`AZURE_STORAGE_${inAz.toUpperCase()}`]) ??
    configured.get(inAz);
  const seconds = numberOption(settings, 'read_timeout') ?? numberOption(settings, 'timeout');
  const pipeline = {
    retryOptions: {
      maxTries,
      retryDelayInMs: 500,
      ...(seconds === undefined ? {} : { tryTimeoutInMs: seconds * 1000 }),
    },
  };

  const connection = option('connection_string', 'connection_string');
  if (connection !== undefined) {
    try {
      return BlobServiceClient.fromConnectionString(connection, pipeline);
    } catch {
      // The SDK's own words would repeat the string, which holds the key.
      throw remoteCredentials(label, 'the connection string cannot be read.', mend);
    }
  }
  const account = option('account_name', 'account');
  if (account === undefined)
    throw remoteCredentials(label, 'neither account_name nor connection_string is set.', mend);
  const url = `https://${account}.blob.core.windows.net`;

  const tenant = textOption(settings, 'tenant_id');
  const client = textOption(settings, 'client_id');
  const secret = textOption(settings, 'client_secret');
  if (tenant !== undefined && client !== undefined && secret !== undefined)
    return new BlobServiceClient(url, new sdk.ClientSecretCredential(tenant, client, secret), pipeline);
  const key = option('account_key', 'key');
  if (key !== undefined)
    return new BlobServiceClient(url, new sdk.StorageSharedKeyCredential(account, key), pipeline);
  const sas = option('sas_token', 'sas_token');
  if (sas !== undefined) return withToken(sdk, url, sas, pipeline);
  if (flagOption(settings, 'allow_anonymous_login') === true)
    return new BlobServiceClient(url, new sdk.AnonymousCredential(), pipeline);
  return new BlobServiceClient(url, new sdk.DefaultAzureCredential(), pipeline);
}

const mend = 'Set account_name and a key or token in .dvc/config.local, or sign in with: az login';

function withToken(sdk: Sdks['azure'], url: string, token: string, pipeline: object): Service {
  return new sdk.BlobServiceClient(
    `${url}?${token.replace(/^\?/, '')}`,
    new sdk.AnonymousCredential(),
    pipeline,
  );
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** The keys of `[storage]` in the configuration of the `az` command. */
async function azConfiguration(): Promise<ReadonlyMap<string, string>> {
  const folder = process.env['AZURE_CONFIG_DIR'] ?? join(homedir(), '.azure');
  const text = await readFile(join(folder, 'config'), 'utf8').catch(() => '');
  return storageSection(text);
}

/** The `[storage]` section of an INI file. */
export function storageSection(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) section = header.trim();
    const entry = /^\s*([\w-]+)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (section === 'storage' && entry?.[1] !== undefined && entry[2] !== undefined && entry[2] !== '')
      found.set(entry[1].toLowerCase(), entry[2]);
  }
  return found;
}
