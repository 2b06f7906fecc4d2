/**
 * Which files hold a trained model, by their names. Arrays and pickles hold anything, so of those the name has to say
 * it: what is taken for a model is judged more mildly where every metric agrees, and a table of predictions may not be.
 */
import { nameWords } from './nameWords.ts';

export function isModelFile(path: string): boolean {
  if (weights.test(path)) return true;
  const [name = '', ...folders] = path.split(/[\\/]/).toReversed();
  const words = wordsOf(name.replace(/\.[^.]*$/, ''));
  if (ofPytorch.test(name)) return !madeByModel(words);
  return anything.test(name) && saysModel(words, folders);
}

/** The file's own name comes first, and then the nearest folder that says anything. */
function saysModel(words: readonly string[], folders: readonly string[]): boolean {
  if (madeByModel(words)) return false;
  if (words.some(word => modelWords.has(word))) return true;
  for (const folder of folders.map(wordsOf)) {
    if (madeByModel(folder)) return false;
    if (folder.some(word => modelWords.has(word))) return true;
  }
  return false;
}

/** `bert_predictions` is what a model said; `reward_model` and `embeddings_classifier` are models. */
function madeByModel(words: readonly string[]): boolean {
  const last = words.findLast(word => word !== '') ?? '';
  return !plainModelWords.has(last) && words.some(word => madeWords.has(word));
}

function wordsOf(name: string): string[] {
  return nameWords(name).map(word => word.replace(/\d+$/, ''));
}

/** Formats that frameworks keep weights in, and little else. */
const weights = /\.(ckpt|keras|onnx|pb|tflite|gguf|ubj|model)$/i;

/** Weights as a rule, and whatever else is a tensor. */
const ofPytorch = /\.(pt|pth|safetensors)$/i;

/** Formats that hold a model as often as predictions, features or a table of results. */
const anything = /\.(bin|h5|hdf5|npz|npy|pkl|pickle|joblib|msgpack|zip)$/i;

/** Said of nothing but a model, or a part of one. */
const plainModelWords = new Set([
  ...['model', 'models', 'weight', 'weights', 'checkpoint', 'checkpoints', 'ckpt', 'optimizer', 'network'],
  ...['estimator', 'classifier', 'clf', 'regressor', 'pipeline', 'scaler', 'vectorizer', 'tokenizer'],
]);

const modelWords = new Set([
  ...plainModelWords,
  ...['state', 'net', 'encoder', 'decoder', 'policy', 'agent', 'actor', 'critic'],
  ...['cnn', 'rnn', 'lstm', 'gru', 'mlp', 'vae', 'gan', 'unet', 'resnet', 'vit', 'bert', 'gpt', 'llama'],
  ...['transformer', 'forest', 'xgb', 'lgbm', 'svm', 'kmeans', 'best'],
]);

/** What comes out of a model, or goes in. In the plural where the singular is said of models: a reward model. */
const madeWords = new Set([
  ...['predictions', 'prediction', 'predicted', 'preds', 'pred', 'outputs', 'output', 'results', 'result'],
  ...['scores', 'rewards', 'returns', 'answers', 'responses', 'embeddings', 'features', 'labels', 'targets'],
  ...[
    'logits',
    'probs',
    'probabilities',
    'probas',
    'proba',
    'values',
    'income',
    'metrics',
    'losses',
    'history',
  ],
  ...['errors', 'residuals', 'actions', 'observations', 'obs', 'trajectories', 'episodes', 'rollouts'],
  ...['samples', 'images', 'data', 'dataset', 'stats', 'statistics', 'summary', 'report', 'confusion'],
  ...['activations', 'importances', 'importance', 'indices', 'ids', 'forecasts', 'forecast', 'generations'],
]);
