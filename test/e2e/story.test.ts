/** A person opens the sample, trains it, closes the window, comes back, and gets a verdict: in the real editor. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { gitRepository } from '../helpers/gitRepository.ts';
import { realEditor } from '../helpers/realEditor.ts';
import { tellStory } from './story.ts';

const sample = join(projectRoot, 'samples', 'digits');

describe('the main story in the real editor', function () {
  this.timeout(600_000);

  it('runs, watches, closes, comes back, and reproduces', async () => {
    await using repository = await gitRepository({
      'train.py': await readFile(join(sample, 'train.py')),
      'data/digits.csv.gz': await readFile(join(sample, 'data', 'digits.csv.gz')),
      '.gitignore': await readFile(join(sample, '.gitignore')),
    });
    await using editor = await realEditor(repository.home);
    await tellStory({ editor, repository, command: 'python3 train.py --epochs 60 --seed 7' });
  });
});
