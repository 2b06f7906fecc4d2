/**
 * Which files hold a trained model, by their names. Arrays and pickles hold anything, so of those the name has to say
 * it: what is taken for a model is judged more mildly where every metric agrees, and a table of predictions may not be.
 */
import { nameWords } from './nameWords.ts';

export function isModelFile(path: string): boolean {
  if (weights.test(path)) return true;
  return anything.test(path) && nameWords(path).some(word => modelWords.has(word.replace(/\d+$/, '')));
}

/** Formats that frameworks keep weights in, and little else. */
const weights = /\.(pt|pth|ckpt|safetensors|keras|onnx|pb|tflite|gguf|ubj|model)$/i;

/** Formats that hold a model as often as predictions, features or a table of results. */
const anything = /\.(bin|h5|hdf5|npz|npy|pkl|pickle|joblib|msgpack|zip)$/i;

const modelWords = new Set([
  ...['model', 'models', 'weight', 'weights', 'checkpoint', 'checkpoints', 'ckpt', 'state', 'optimizer'],
  ...['net', 'network', 'estimator', 'classifier', 'clf', 'regressor', 'pipeline', 'encoder', 'decoder'],
  ...['scaler', 'vectorizer', 'tokenizer', 'policy', 'agent', 'actor', 'critic'],
  ...['cnn', 'rnn', 'lstm', 'gru', 'mlp', 'vae', 'gan', 'unet', 'resnet', 'vit', 'bert', 'gpt', 'llama'],
  ...['transformer', 'forest', 'xgb', 'lgbm', 'svm', 'kmeans', 'best'],
]);
