import { expect } from 'chai';
import { MatchTable } from '../../../src/foreign/bind/match-table.ts';
import { parseAddress } from '../../../src/net/address.ts';
import { type Prefix, parsePrefix } from '../../../src/net/prefix.ts';

const PLACE = { file: 'named.conf', line: 1, column: 1 };
const origin = (text: string) => ({ text, place: PLACE });

function listOf(...elements: readonly (string | MatchTable)[]): MatchTable {
  const table = new MatchTable();
  for (const element of elements) {
    if (element instanceof MatchTable) table.addList(element, false, origin('list'));
    else add(table, element);
  }
  return table;
}

function add(table: MatchTable, element: string): void {
  const isNegated = element.startsWith('!');
  if (isNegated) table.hasNegatives = true;
  const text = element.replace('!', '');
  if (text === 'any') table.addEverybody(!isNegated, origin(element));
  else table.addPrefix(parsePrefix(text) as Prefix, !isNegated, origin(element));
}

function isIn(table: MatchTable, address: string): boolean {
  return table.match({ ...parseAddress(address)!, key: undefined }).isIn;
}

describe('foreign/bind/match-table', () => {
  it('goes by the order of the elements, not by the length of prefixes', () => {
    const table = listOf('10.0.0.0/8', '!10.1.0.0/16', 'any');
    expect(isIn(table, '10.1.2.3')).to.equal(true);
    expect(isIn(listOf('!10.1.0.0/16', '10.0.0.0/8'), '10.1.2.3')).to.equal(false);
  });

  it('takes in nobody whom no element matches', () => {
    expect(isIn(listOf('10.0.0.0/8'), '192.0.2.1')).to.equal(false);
    expect(isIn(listOf(), '192.0.2.1')).to.equal(false);
  });

  it('takes what a list within it denies for no match', () => {
    const internal = listOf('!10.1.0.0/16', '10.0.0.0/8');
    expect(isIn(listOf(internal, 'any'), '10.1.2.3')).to.equal(true);
    expect(isIn(listOf(internal), '10.1.2.3')).to.equal(false);
  });

  it('lets a negated list turn a prefix around that stands before it', () => {
    const table = listOf('127.0.0.0/8');
    table.addList(listOf('127.0.0.0/8'), true, origin('!net'));
    expect(isIn(table, '127.0.0.1')).to.equal(false);
    expect(table.match({ ...parseAddress('127.0.0.1')!, key: undefined }).origin?.text).to.equal(
      '!net: 127.0.0.0/8',
    );
  });

  it('keeps a prefix that stands before a negated list with a longer one', () => {
    const table = listOf('127.0.0.0/8');
    table.addList(listOf('127.0.0.0/16'), true, origin('!net'));
    expect(isIn(table, '127.0.0.1')).to.equal(true);
  });

  it('knows keys beside addresses, in the order that they are written', () => {
    const table = listOf('!10.0.0.0/8');
    table.addBeside({ isNegated: false, origin: origin('key k'), match: ({ key }) => key === 'k' });
    const asked = (address: string, key: string | undefined) =>
      table.match({ ...parseAddress(address)!, key }).isIn;
    expect(asked('192.0.2.1', 'k')).to.equal(true);
    expect(asked('192.0.2.1', 'other')).to.equal(false);
    expect(asked('10.0.0.1', 'k')).to.equal(false);
  });
});
