/** The client of S3 for one remote: where its bucket is and who we are there, as boto3 would find both. */
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { remoteSettingWrong } from './errors.ts';
import type { Sdks } from './loadSdk.ts';
import type { RemoteSettings } from './objectStore.ts';
import { flagOption, numberOption, textOption, tlsOption } from './remoteOptions.ts';

type S3Client = InstanceType<Sdks['s3']['S3Client']>;
type S3Config = NonNullable<ConstructorParameters<Sdks['s3']['S3Client']>[0]>;

export async function openS3Client(
  sdk: Sdks['s3'],
  settings: RemoteSettings,
  bucket: string,
): Promise<S3Client> {
  const option = (name: string): string | undefined => textOption(settings, name);
  const endpoint =
    option('endpointurl') ?? process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'];
  if (endpoint !== undefined && !URL.canParse(endpoint))
    throw remoteSettingWrong(settings.name, 'endpointurl', 'is not a URL');
  const profile = option('profile');
  if (flagOption(settings, 'use_ssl') === false && endpoint === undefined)
    throw remoteSettingWrong(settings.name, 'use_ssl', 'is false, which wants an endpointurl with http://');
  const tls = tlsOption(settings);
  const connectSeconds = numberOption(settings, 'connect_timeout');
  const readSeconds = numberOption(settings, 'read_timeout') ?? 60;
  const region = option('region') ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];

  const config: S3Config = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { profile }),
    // As boto3: names in the host only where the host is Amazon's and a certificate can cover them.
    forcePathStyle: endpoint !== undefined || bucket.includes('.'),
    followRegionRedirects: true,
    // Without one the SDK prints warnings among our own output.
    logger: silent,
    // Older servers of the same protocol refuse the newer checksums; uploads carry their md5 instead.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: (connectSeconds ?? 30) * 1000,
      socketTimeout: readSeconds * 1000,
      httpAgent: { maxSockets: 64, keepAlive: true },
      httpsAgent: new https.Agent({
        maxSockets: 64,
        keepAlive: true,
        rejectUnauthorized: tls !== false,
        ...(typeof tls === 'object' ? { ca: readFileSync(tls.caFile) } : {}),
      }),
    },
    ...identity(sdk, settings),
  };
  const found = region ?? (await configuredRegion(sdk, config));
  return new sdk.S3Client({ ...config, region: found ?? 'us-east-1' });
}

const silent = Object.fromEntries(
  ['trace', 'debug', 'info', 'warn', 'error'].map(name => [name, () => undefined]),
) as unknown as NonNullable<S3Config['logger']>;

/** Keys in the configuration, nobody, or the SDK's chain: environment, profile, SSO, web identity, the machine's own. */
function identity(sdk: Sdks['s3'], settings: RemoteSettings): Partial<S3Config> {
  const option = (name: string): string | undefined => textOption(settings, name);
  if (flagOption(settings, 'allow_anonymous_login') === true)
    return {
      credentials: { accessKeyId: '', secretAccessKey: '' },
      signer: { sign: request => Promise.resolve(request) },
    };
  const accessKeyId = option('access_key_id');
  const secretAccessKey = option('secret_access_key');
  const sessionToken = option('session_token');
  if (accessKeyId !== undefined && secretAccessKey !== undefined)
    return {
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    };
  const profile = option('profile');
  const filepath = process.env['AWS_SHARED_CREDENTIALS_FILE'] ?? option('credentialpath');
  const configFilepath = process.env['AWS_CONFIG_FILE'] ?? option('configpath');
  return {
    credentials: sdk.defaultProvider({
      ...(profile === undefined ? {} : { profile }),
      ...(filepath === undefined ? {} : { filepath }),
      ...(configFilepath === undefined ? {} : { configFilepath }),
    }),
  };
}

/** The region of the profile in `~/.aws/config`; undefined where nothing names one. */
async function configuredRegion(sdk: Sdks['s3'], config: S3Config): Promise<string | undefined> {
  const probe = new sdk.S3Client(config);
  try {
    return await probe.config.region();
  } catch {
    return undefined;
  } finally {
    probe.destroy();
  }
}
