/** Which interpreter the Python extension has selected for a folder, where that extension is installed. */
import * as vscode from 'vscode';

/** The part of the Python extension's public API that is used here. */
interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(environment: {
      readonly path: string;
    }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

/** Absolute path; undefined without the extension, without a selection, or when it cannot say. */
export async function selectedInterpreter(folder: vscode.Uri): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi | undefined>('ms-python.python');
  if (extension === undefined) return undefined;
  try {
    const { environments } = (await extension.activate()) ?? {};
    if (environments === undefined) return undefined;
    const environment = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
    return environment?.executable.uri?.fsPath;
  } catch {
    return undefined;
  }
}
