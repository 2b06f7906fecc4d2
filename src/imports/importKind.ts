/** The sources that past runs can be imported from. */
export const importKinds = ['mlruns', 'mlflow.db', 'tensorboard', 'dvclive', 'wandb'] as const;
export type ImportKind = (typeof importKinds)[number];

export function isImportKind(word: string): word is ImportKind {
  return (importKinds as readonly string[]).includes(word);
}

/** As people call the tool that wrote it. */
export const importKindNames: Readonly<Record<ImportKind, string>> = {
  mlruns: 'MLflow',
  'mlflow.db': 'MLflow',
  tensorboard: 'TensorBoard',
  dvclive: 'DVCLive',
  wandb: 'Weights & Biases',
};
