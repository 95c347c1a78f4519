import { expect } from 'chai';
import fc from 'fast-check';
import { parseAddress } from '../../../src/net/address.ts';
import { contains, formatPrefix, type Prefix, parsePrefix } from '../../../src/net/prefix.ts';
import { PrefixRules } from '../../../src/policy/rules/prefix-rules.ts';
import { NO_RULE } from '../../../src/policy/rules/rule-table.ts';
import { answered, asked, from } from '../../world/asked.ts';

/** Rules for these prefixes, each with its position as code. */
function rulesFor(...texts: readonly string[]): PrefixRules {
  return new PrefixRules(
    texts.map((text, code) => ({
      prefix: parsePrefix(text) as Prefix,
      code,
      line: 10 + code,
      entry: -1 - code,
    })),
  );
}

const byClient = (rules: PrefixRules, client: string) => rules.findClient(from(client));
const byAnswer = (rules: PrefixRules, ...addresses: readonly string[]) =>
  rules.findAnswer(asked('x.example'), answered(asked('x.example'), { addresses }));

/** Few bits, so that prefixes often contain each other. */
const anyAddress = fc
  .tuple(fc.boolean(), fc.nat(3), fc.constantFrom(0, 1, 128, 255))
  .map(([isIpv4, high, low]) => (isIpv4 ? `192.0.${high}.${low}` : `2001:db8:${high}::${low}`));
const anyPrefix = fc
  .tuple(anyAddress, fc.constantFrom(0, 16, 22, 23, 24, 25, 32, 46, 47, 48, 121, 128))
  .map(([text, bits]) => {
    const { family } = parseAddress(text)!;
    const bound = `${text}/${family === 4 ? Math.min(bits, 32) : bits}`;
    const parsed = parsePrefix(bound);
    // Bits behind the length are a problem that names the prefix without them.
    return typeof parsed === 'string' ? parsed.replace(/.*expect /, '') : bound;
  });
const anyPrefixes = fc.uniqueArray(anyPrefix, {
  maxLength: 8,
  selector: (text) => formatPrefix(parsePrefix(text) as Prefix),
});

/** The longest that contains one of the addresses, and of those the lowest, IPv4 before IPv6. */
function naive(prefixes: readonly string[], addresses: readonly string[]): number {
  const bits = ({ family, length }: Prefix) => (family === 4 ? length + 96 : length);
  const key = ({ family, words }: Prefix) =>
    [family, ...words].map((word) => String(word).padStart(10, '0')).join();
  const found = prefixes
    .map((text) => parsePrefix(text) as Prefix)
    .map((prefix, code) => ({ prefix, code }))
    .filter(({ prefix }) => addresses.some((text) => contains(prefix, parseAddress(text)!)))
    .sort((a, b) => bits(b.prefix) - bits(a.prefix) || (key(a.prefix) < key(b.prefix) ? -1 : 1));
  return found[0]?.code ?? NO_RULE;
}

describe('policy/prefix-rules', () => {
  it('finds for a client what a search over all rules finds', () => {
    fc.assert(
      fc.property(anyPrefixes, anyAddress, (prefixes, client) => {
        expect(byClient(rulesFor(...prefixes), client)).to.equal(naive(prefixes, [client]));
      }),
    );
  });

  it('finds for the addresses of an answer what a search over all rules finds', () => {
    const anyAddresses = fc.array(anyAddress, { maxLength: 4 });
    fc.assert(
      fc.property(anyPrefixes, anyAddresses, (prefixes, addresses) => {
        const found = byAnswer(rulesFor(...prefixes), ...addresses);
        expect(found).to.equal(naive(prefixes, addresses));
      }),
    );
  });

  const answers: readonly (readonly [string, readonly string[], readonly string[], number])[] = [
    ['the longest', ['192.0.2.0/24', '192.0.2.66'], ['192.0.2.1', '192.0.2.66'], 1],
    ['IPv4 with 96 bits more', ['2001:db8::/32', '192.0.2.0/24'], ['2001:db8::1', '192.0.2.1'], 1],
    ['IPv4 before IPv6', ['2001:db8::1', '192.0.2.1'], ['2001:db8::1', '192.0.2.1'], 1],
    ['the lowest', ['192.0.3.0/24', '192.0.2.0/24'], ['192.0.3.1', '192.0.2.1'], 1],
    ['none', ['192.0.2.0/24'], ['192.0.3.1', '2001:db8::1'], NO_RULE],
    ['none for no address', ['0.0.0.0/0', '::/0'], [], NO_RULE],
  ];
  for (const [what, prefixes, addresses, code] of answers) {
    it(`takes ${what} of several that match an answer`, () => {
      expect(byAnswer(rulesFor(...prefixes), ...addresses)).to.equal(code);
    });
  }

  it('tells which rule it was, and which address', () => {
    const rules = rulesFor('10.0.0.0/8', '192.0.2.0/24');
    const query = from('10.1.2.3');
    rules.findClient(query);
    expect(query.match).to.include({ trigger: 'client-ip', line: 10, entry: -1 });
    expect(query.match.name).to.equal(query);
    expect(query.match.address[0]).to.equal(0x0a010203);
    rules.findAnswer(query, answered(query, { addresses: ['192.0.3.1', '192.0.2.9'] }));
    expect(query.match).to.include({ trigger: 'response-ip', line: 11, entry: -2 });
    expect(formatPrefix(query.match.prefix!)).to.equal('192.0.2.0/24');
    expect(query.match.address[0]).to.equal(0xc0000209);
  });

  it('finds nothing without rules', () => {
    expect(new PrefixRules([]).count).to.equal(0);
    expect(byClient(rulesFor(), '10.0.0.1')).to.equal(NO_RULE);
    expect(byAnswer(rulesFor(), '192.0.2.1')).to.equal(NO_RULE);
  });
});
