import assert from 'node:assert/strict';
import { mountsOf, otherPlacesOf, readMountTable } from '../../../../src/execution/readOnly/mountTable.ts';

const text = String.raw`22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 8:2 / /home/a\040b rw,nosuid,nodev,noatime shared:2 master:1 - ext4 /dev/sda2 rw
31 30 8:3 / /home/a\040b/project/data ro,noexec,relatime - nfs4 server:/x rw,vers=4.2
32 30 8:4 / /home/a\040b/project/data rw,nosuid - nfs4 server:/y rw
no line of a table
33 22 0:5 / /home/a\040bc rw - tmpfs tmpfs rw
`;

describe('mountTable', () => {
  it('tells the mount that a folder lies on, and the last one of each place below it, with their flags', () => {
    const table = readMountTable(text);
    assert.equal(table.length, 5);
    assert.deepEqual(mountsOf('/home/a b/project', table), {
      on: { point: '/home/a b', flags: ['nosuid', 'nodev', 'noatime'], device: '8:2', root: '/' },
      below: [
        { point: '/home/a b/project/data', flags: ['nosuid', 'strictatime'], device: '8:4', root: '/' },
      ],
    });
    assert.deepEqual(mountsOf('/srv', table), {
      on: { point: '/', flags: ['relatime'], device: '8:1', root: '/' },
      below: [],
    });
    assert.deepEqual(mountsOf('/srv', []), { on: undefined, below: [] });
  });

  it('tells where else a folder, or a part of it, is mounted', () => {
    const twice = readMountTable(`
22 1 8:1 / / rw - ext4 /dev/sda1 rw
30 22 0:40 /export/homes /home rw - nfs4 server:/ rw
31 22 0:40 / /nfs rw - nfs4 server:/ rw
32 22 0:40 /export/homes/a/project/data /data rw - nfs4 server:/ rw
33 22 0:40 /export/homes/b /other rw - nfs4 server:/ rw
34 22 0:41 /export/homes /backup rw - nfs4 other:/ rw
35 30 0:40 /export/homes/a/project/x /home/a/project/y rw - nfs4 server:/ rw
`);
    assert.deepEqual(otherPlacesOf('/home/a/project', twice), [
      { place: '/nfs/export/homes/a/project', of: '/home/a/project' },
      { place: '/data', of: '/home/a/project/data' },
    ]);
    assert.deepEqual(otherPlacesOf('/home/a/project', []), []);
  });
});
