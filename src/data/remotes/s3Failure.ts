/** What the SDK of AWS throws, as a failure of ours: which of them may pass, and what mends the others. */
import { LockstepError } from '../../base/lockstepError.ts';
import {
  remoteAccessDenied,
  remoteCredentials,
  remoteNotFound,
  remoteRefused,
  remoteTrouble,
} from './errors.ts';
import { networkFailure, retryAfter } from './httpClient.ts';

const signIn =
  'Sign in again (aws sso login, aws configure), or set the profile of the remote in .dvc/config.local.';

export function s3Failure(label: string, bucket: string, error: unknown): Error {
  if (error instanceof LockstepError) return error;
  const failure = asS3Error(error);
  const { name, message, status } = failure;
  if (/^(CredentialsProviderError|TokenProviderError|ProviderError)$/.test(name))
    return remoteCredentials(label, 'no credentials of AWS were found.', signIn, error);
  if (/ExpiredToken|TokenRefreshRequired|RequestExpired/.test(name))
    return remoteCredentials(label, 'the credentials have expired.', signIn, error);
  if (/InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|AuthorizationHeaderMalformed/.test(name))
    return remoteCredentials(label, `the credentials are not valid (${name}).`, signIn, error);
  if (name === 'NoSuchBucket') return remoteNotFound(label, `the bucket ${bucket}`, error);
  if (name === 'InvalidObjectState')
    return remoteRefused(label, 'the object is archived; restore it in S3 first', error);
  if (status === 401 || status === 403) return remoteAccessDenied(label, `${status} ${name}`, signIn, error);
  if (name === 'BadDigest' || name === 'InvalidDigest')
    return remoteTrouble(label, 'other bytes arrived than were sent', { cause: error });
  const passing =
    /SlowDown|Throttl|RequestTimeout|InternalError|ServiceUnavailable|TimeoutError|RequestLimitExceeded/.test(
      name,
    ) ||
    (status !== undefined && (status >= 500 || status === 429 || status === 408));
  if (passing) {
    const retryAfterMs = retryAfter(failure.retryAfter);
    const words = `${status ?? ''} ${name}`.trim();
    return remoteTrouble(label, words, {
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  // A failure without a status never got an answer.
  if (status === undefined) return networkFailure(label, error);
  return remoteRefused(
    label,
    `${status} ${name}${message === '' || message === name ? '' : `: ${message}`}`,
    error,
  );
}

export function s3Status(error: unknown): number | undefined {
  return asS3Error(error).status;
}

interface S3Error {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
}

function asS3Error(error: unknown): S3Error {
  const { name, message, $metadata, $response } = error as {
    readonly name?: string;
    readonly message?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $response?: { readonly headers?: Record<string, string> };
  };
  return {
    name: name ?? 'Error',
    message: message ?? '',
    status: $metadata?.httpStatusCode,
    retryAfter: $response?.headers?.['retry-after'],
  };
}
