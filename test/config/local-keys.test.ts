import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { FINE, itSays } from './problems.ts';

describe('config/local-keys', () => {
  it('has no records by default', () => {
    expect(parseConfig('site.yaml', FINE).localRecords).to.deep.equal({ entries: [], files: [] });
  });

  it('distinguishes addresses, records by type, and files', () => {
    const text = `localRecords:
  a.lan: 10.0.0.5
  b.lan: [10.0.0.6, "::ffff:10.0.0.7"]
  c.lan: { TXT: [x, y], MX: 1 c.lan }
  files: [lan.hosts, more.hosts]
  files.: 10.0.0.8
`;
    const { entries, files } = parseConfig('site.yaml', FINE + text).localRecords;
    const told = entries.map((entry) => ({
      name: entry.name.value,
      ...('addresses' in entry
        ? { addresses: entry.addresses.map(({ value }) => value.words[0]) }
        : {
            types: entry.types.map(({ type, data }) => [
              type.value,
              ...data.map(({ value }) => value),
            ]),
          }),
    }));
    expect(told).to.deep.equal([
      { name: 'a.lan', addresses: [0x0a000005] },
      { name: 'b.lan', addresses: [0x0a000006, 0x0a000007] },
      {
        name: 'c.lan',
        types: [
          ['TXT', 'x', 'y'],
          ['MX', '1 c.lan'],
        ],
      },
      { name: 'files.', addresses: [0x0a000008] },
    ]);
    expect(files.map(({ value }) => value)).to.deep.equal(['lan.hosts', 'more.hosts']);
  });

  const address = 'expect an address, or records by type like { CNAME: www.example.com }';
  itSays(
    [
      {
        when: 'a name stands for what is no address',
        text: 'localRecords: { a.lan: b.lan, c.lan: [10.0.0.1, 10.0.0] }\n',
        says: [
          `2:24: "b.lan" is not an address; ${address}`,
          `2:49: "10.0.0" is not an address; ${address}`,
        ],
      },
      {
        when: 'files are no list',
        text: 'localRecords: { files: { A: 10.0.0.1 } }\n',
        says: [
          '2:17: expect a list, each item a text that is not empty; a host of that name is "files."',
        ],
      },
      {
        when: 'a name is there twice',
        text: 'localRecords: { a.lan: 10.0.0.1, a.lan: 10.0.0.2 }\n',
        says: ['2:34: "a.lan" is there twice; expect it once'],
      },
    ],
    FINE,
  );
});
