/**
 * The words that training loops use for what they measure. A printed line without one of them, and without a step, is
 * taken for prose: better no chart than a chart of port numbers.
 */
const words = new Set([
  ...['loss', 'losses', 'acc', 'accuracy', 'auc', 'auroc', 'auprc', 'f1', 'fbeta', 'precision', 'recall'],
  ...['mae', 'mse', 'rmse', 'mape', 'smape', 'rmsle', 'logloss', 'nll', 'ppl', 'perplexity', 'bpc', 'bpb'],
  ...['bleu', 'sacrebleu', 'rouge', 'rougel', 'meteor', 'cider', 'wer', 'cer', 'mcc', 'kappa', 'r2', 'ndcg'],
  ...['iou', 'miou', 'giou', 'dice', 'psnr', 'ssim', 'lpips', 'fid', 'kl', 'elbo', 'entropy', 'crossentropy'],
  ...[
    'reward',
    'rewards',
    'score',
    'sharpe',
    'map50',
    'map75',
    'top1',
    'top5',
    'acc1',
    'acc5',
    'err',
    'objective',
  ],
  ...['l1', 'l2', 'hinge', 'error', 'deviance', 'likelihood', 'specificity', 'sensitivity', 'gnorm', 'grad'],
]);

/** True when one of the words of `key` names a measurement: `val_loss`, `Acc@1`, `valid_0's binary_logloss`. */
export function isMeasurementName(key: string): boolean {
  if (/(?:^|[^a-z])mAP/.test(key)) return true;
  const parts = key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(part => part !== '');
  // "Error: 404" is a message; "test error: 0.1" is a measurement.
  if (parts.length === 1 && (parts[0] === 'error' || parts[0] === 'grad')) return false;
  return parts.some(part => words.has(part) || part.endsWith('loss') || part.endsWith('accuracy'));
}
