/** What the SDKs of Azure throw, as a failure of ours. */
import { LockstepError } from '../../base/lockstepError.ts';
import {
  remoteAccessDenied,
  remoteCredentials,
  remoteNotFound,
  remoteRefused,
  remoteTrouble,
} from './errors.ts';
import { networkFailure, retryAfter } from './httpClient.ts';

const signIn = 'Sign in again (az login), or set a key or token of the account in .dvc/config.local.';

export function azureFailure(label: string, container: string, error: unknown): Error {
  if (error instanceof LockstepError) return error;
  const {
    name,
    code = '',
    response,
  } = error as {
    readonly name?: string;
    readonly code?: string;
    readonly response?: { readonly headers?: { get(name: string): string | undefined } };
  };
  const status = azureStatus(error);
  if (/^(CredentialUnavailableError|AuthenticationError|AggregateAuthenticationError)$/.test(name ?? ''))
    return remoteCredentials(
      label,
      'no credentials of Azure were found, or they have expired.',
      signIn,
      error,
    );
  if (code === 'ContainerNotFound') return remoteNotFound(label, `the container ${container}`, error);
  if (code === 'BlobArchived')
    return remoteRefused(label, 'the object is archived; rehydrate it in Azure first', error);
  if (status === 401 || status === 403)
    return remoteAccessDenied(label, `${status} ${code}`.trim(), signIn, error);
  if (status !== undefined && (status >= 500 || status === 429 || status === 408)) {
    const retryAfterMs = retryAfter(response?.headers?.get('retry-after'));
    return remoteTrouble(label, `${status} ${code}`.trim(), {
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  if (code === 'Md5Mismatch')
    return remoteTrouble(label, 'other bytes arrived than were sent', { cause: error });
  if (status !== undefined) return remoteRefused(label, `${status} ${code}`.trim(), error);
  return networkFailure(label, error);
}

export function azureStatus(error: unknown): number | undefined {
  return (error as { readonly statusCode?: number }).statusCode;
}
