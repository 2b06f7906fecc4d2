/** Reads the options of a remote as DVC's schema types them: text, numbers, yes or no. */
import { remoteSettingWrong } from './errors.ts';
import type { RemoteSettings } from './objectStore.ts';

/** The text of an option; of a list its items with commas between them, as DVC's parser had split them. */
export function textOption(settings: RemoteSettings, name: string): string | undefined {
  const value = settings.options[name];
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : value.join(',');
  return text === '' ? undefined : text;
}

/** Rejects with `remote-setting` where the value is neither of DVC's words for yes and no. */
export function flagOption(settings: RemoteSettings, name: string): boolean | undefined {
  const text = textOption(settings, name)?.toLowerCase();
  if (text === undefined) return undefined;
  if (['true', 'on', 'yes', '1'].includes(text)) return true;
  if (['false', 'off', 'no', '0'].includes(text)) return false;
  throw remoteSettingWrong(settings.name, name, `is neither true nor false`);
}

export function numberOption(settings: RemoteSettings, name: string): number | undefined {
  const text = textOption(settings, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw remoteSettingWrong(settings.name, name, `is not a number`);
  return value;
}

/** `jobs`: how many transfers at once. */
export function jobsOf(settings: RemoteSettings): number | undefined {
  const jobs = numberOption(settings, 'jobs');
  if (jobs !== undefined && (!Number.isInteger(jobs) || jobs < 1))
    throw remoteSettingWrong(settings.name, 'jobs', 'is not a whole number above zero');
  return jobs;
}

/** `ssl_verify`: yes, no, or the path of a file with certificates to trust. */
export function tlsOption(settings: RemoteSettings): boolean | { readonly caFile: string } {
  const text = textOption(settings, 'ssl_verify');
  if (text === undefined) return true;
  if (/^(true|on|yes|1|false|off|no|0)$/i.test(text)) return flagOption(settings, 'ssl_verify') ?? true;
  return { caFile: text };
}
