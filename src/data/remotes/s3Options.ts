/** Encryption and rights of objects on S3, from the remote's options. */
import { remoteSettingWrong } from './errors.ts';
import type { RemoteSettings } from './objectStore.ts';
import { textOption } from './remoteOptions.ts';
import type { Sdks } from './loadSdk.ts';

type PutInput = ConstructorParameters<Sdks['s3']['PutObjectCommand']>[0];
export type ReadEncryption = Pick<PutInput, 'SSECustomerAlgorithm' | 'SSECustomerKey'>;
export type WriteEncryption = ReadEncryption & Pick<PutInput, 'ServerSideEncryption' | 'SSEKMSKeyId'>;

/** What goes with reading, and with writing, an object. A customer's own key goes with both. */
export function encryptionOptions(settings: RemoteSettings): {
  read: ReadEncryption;
  write: WriteEncryption;
} {
  const key = textOption(settings, 'sse_customer_key');
  const kms = textOption(settings, 'sse_kms_key_id');
  const sse = textOption(settings, 'sse');
  if (key !== undefined && kms !== undefined)
    throw remoteSettingWrong(settings.name, 'sse_customer_key', 'excludes sse_kms_key_id');
  const read: ReadEncryption =
    key === undefined
      ? {}
      : {
          SSECustomerAlgorithm: textOption(settings, 'sse_customer_algorithm') ?? 'AES256',
          // The SDK takes the bytes as binary text and encodes them itself.
          SSECustomerKey: Buffer.from(key, 'base64').toString('latin1'),
        };
  return {
    read,
    write: {
      ...read,
      ...(sse === undefined ? {} : { ServerSideEncryption: sse as 'AES256' }),
      ...(kms === undefined ? {} : { SSEKMSKeyId: kms }),
    },
  };
}

const grants = {
  grant_full_control: 'GrantFullControl',
  grant_read: 'GrantRead',
  grant_read_acp: 'GrantReadACP',
  grant_write_acp: 'GrantWriteACP',
} as const;

type Grants = Pick<PutInput, 'ACL' | (typeof grants)[keyof typeof grants]>;

/** Who may do what with a new object. */
export function grantOptions(settings: RemoteSettings): Grants {
  const acl = textOption(settings, 'acl');
  const given = Object.entries(grants).flatMap(([name, field]) => {
    const value = textOption(settings, name);
    return value === undefined ? [] : [[field, value]];
  });
  if (acl !== undefined && given.length > 0)
    throw remoteSettingWrong(settings.name, 'acl', 'excludes the grant_ options');
  return {
    ...(acl === undefined ? {} : { ACL: acl as 'private' }),
    ...(Object.fromEntries(given) as Grants),
  };
}
