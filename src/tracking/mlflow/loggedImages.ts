/**
 * Pictures that `log_image(key=, step=)` leaves among the artifacts: key, step and time stand in the file name, between
 * `%` (MLflow before 3.17) or `+`; slashes of the key became `#` or `~`. The small copies for MLflow's own pages are
 * left out. Source: mlflow/tracking/client.py, log_image.
 */
import type { MediaEntry } from '../../runs/media.ts';

const imageName =
  /^(?<key>[^%+]+)(?<mark>[%+])step\k<mark>(?<step>-?\d{1,15})\k<mark>timestamp\k<mark>(?<time>\d{1,15})\k<mark>[^%+]+\.(?<ending>png|jpe?g|gif|webp|bmp)$/i;

export const imagesFolder = 'images';

/** @param name Of a file in `images/`. Undefined for any other file. Its path is left to the caller. */
export function loggedImage(name: string): MediaEntry | undefined {
  const groups = imageName.exec(name)?.groups;
  if (groups === undefined) return undefined;
  const ending = (groups['ending'] ?? '').toLowerCase();
  return {
    kind: 'image',
    key: (groups['key'] ?? '').replaceAll(/[#~]/g, '/'),
    step: Number(groups['step']),
    time: Number(groups['time']),
    mediaType: `image/${ending === 'jpg' ? 'jpeg' : ending}`,
  };
}
