/**
 * Puts the values of options into the text of a template's file, as `devcontainer templates apply` does: every
 * `${templateOption:name}`, in any file; a name without a value becomes nothing.
 */
import type { OptionValues } from './template.ts';

export function substituteOptions(text: string, values: OptionValues): string {
  return text.replace(/\$\{templateOption:\s*(\w+?)\s*\}/g, (_, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? '') : '',
  );
}
