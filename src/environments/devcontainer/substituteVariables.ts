/**
 * The variables of devcontainer.json in a text (containers.dev, "Variables in devcontainer.json"), as they stand in the
 * metadata of a container, which keeps them unreplaced. What is not known stays as it is written.
 */
import { createHash } from 'node:crypto';
import { posix, win32 } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

export interface VariableSources {
  /** `${containerEnv:NAME}`. */
  readonly containerEnv: Variables;
  /** `${localEnv:NAME}`, `${env:NAME}`: of the person. */
  readonly localEnv: Variables;
  /** Absolute, on the host. */
  readonly localWorkspaceFolder?: string | undefined;
  /** Absolute, inside. */
  readonly containerWorkspaceFolder?: string | undefined;
  readonly devcontainerId?: string | undefined;
}

export function substituteVariables(text: string, sources: VariableSources): string {
  const named = namedVariables(sources);
  return text.replace(
    /\$\{(?:(containerEnv|localEnv|env):([^:}]+)(?::([^}]*))?|([A-Za-z]+))\}/g,
    (whole, where: string | undefined, name: string, otherwise: string | undefined, word: string) => {
      if (where === undefined) return named[word] ?? whole;
      const from = where === 'containerEnv' ? sources.containerEnv : sources.localEnv;
      return from[name] ?? otherwise ?? '';
    },
  );
}

function namedVariables({
  localWorkspaceFolder,
  containerWorkspaceFolder,
  devcontainerId,
}: VariableSources): Variables {
  return {
    localWorkspaceFolder,
    localWorkspaceFolderBasename:
      localWorkspaceFolder === undefined
        ? undefined
        : (process.platform === 'win32' ? win32 : posix).basename(localWorkspaceFolder),
    containerWorkspaceFolder,
    containerWorkspaceFolderBasename:
      containerWorkspaceFolder === undefined ? undefined : posix.basename(containerWorkspaceFolder),
    devcontainerId,
  };
}

/** `${devcontainerId}` of the labels that identify a container: sha256 of their sorted JSON, in base 32, 52 digits. */
export function devcontainerIdOf(labels: Readonly<Record<string, string>>): string {
  const text = JSON.stringify(labels, Object.keys(labels).sort());
  const hash = createHash('sha256').update(text).digest('hex');
  return BigInt(`0x${hash}`).toString(32).padStart(52, '0');
}

/** Of a container's labels, where they identify it. */
export function devcontainerIdOfLabels(labels: Variables): string | undefined {
  const [folder, config] = [labels['devcontainer.local_folder'], labels['devcontainer.config_file']];
  if (folder === undefined) return undefined;
  return devcontainerIdOf({
    'devcontainer.local_folder': folder,
    ...(config === undefined ? {} : { 'devcontainer.config_file': config }),
  });
}
