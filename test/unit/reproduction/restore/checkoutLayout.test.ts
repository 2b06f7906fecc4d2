import assert from 'node:assert/strict';
import { checkoutLayout } from '../../../../src/reproduction/restore/checkoutLayout.ts';

describe('checkoutLayout', () => {
  const layout = checkoutLayout('/cache/R', '/home/a/project');

  it('keeps the names of the repository and of the folder above it', () => {
    assert.equal(layout.checkout, '/cache/R/a/project');
  });

  const nearby: [path: string, place: string | undefined][] = [
    ['/home/a/data/x.csv', '/cache/R/a/data/x.csv'],
    ['/home/data/x.csv', '/cache/R/data/x.csv'],
    ['/srv/x.csv', undefined],
    ['/home/a/project/x.csv', undefined],
  ];
  for (const [path, place] of nearby)
    it(`puts ${path} ${place ?? 'nowhere near'}`, () => {
      assert.equal(layout.nearby(path), place);
    });

  const original: [path: string, name: string][] = [
    ['/cache/R/a/project/out/m.pt', 'out/m.pt'],
    ['out/m.pt', 'out/m.pt'],
    ['/cache/R/a/data/x.csv', '/home/a/data/x.csv'],
    ['/cache/R/data/x.csv', '/home/data/x.csv'],
    ['/cache/R/.outside/data/m.pt', '/data/m.pt'],
    ['/srv/x.csv', '/srv/x.csv'],
  ];
  for (const [path, name] of original)
    it(`calls ${path} ${name}`, () => {
      assert.equal(layout.original(path), name);
    });

  it('does not mirror the root of the file system for a repository near it', () => {
    const near = checkoutLayout('/cache/R', '/work/project');
    assert.equal(near.nearby('/etc/passwd'), undefined);
    assert.equal(near.nearby('/work/data'), '/cache/R/work/data');
  });

  it('gives every redirected path its way back', () => {
    assert.equal(layout.original(layout.redirected('/data/out/m.pt')), '/data/out/m.pt');
  });
});
