/** Who we are for Google Cloud Storage: a key file, the application default credentials, or nobody. */
import { errorText } from '../../base/systemError.ts';
import { remoteCredentials } from './errors.ts';
import { loadSdk } from './loadSdk.ts';
import type { RemoteSettings } from './objectStore.ts';
import { flagOption, textOption } from './remoteOptions.ts';

const scopes = 'https://www.googleapis.com/auth/devstorage.read_write';

/** @returns What gives the headers of a request; the library behind it renews tokens before they end. */
export async function gcsToken(
  settings: RemoteSettings,
  label: string,
  host: URL,
): Promise<() => Promise<Record<string, string>>> {
  const keyFile = textOption(settings, 'credentialpath');
  // The address may come from a configuration that anybody can commit: a token goes to Google and nowhere else.
  if (flagOption(settings, 'allow_anonymous_login') === true || !isGoogle(host))
    return () => Promise.resolve({});
  const { GoogleAuth } = await loadSdk('gcs');
  const projectId = textOption(settings, 'projectname');
  const auth = new GoogleAuth({
    scopes,
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(projectId === undefined ? {} : { projectId }),
  });
  return async () => {
    try {
      return Object.fromEntries(await auth.getRequestHeaders(host.href));
    } catch (error) {
      throw remoteCredentials(
        label,
        `no valid credentials of Google Cloud were found (${errorText(error).slice(0, 200)}).`,
        'Sign in with: gcloud auth application-default login',
        error,
      );
    }
  };
}

function isGoogle({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' && (hostname === 'googleapis.com' || hostname.endsWith('.googleapis.com'));
}
