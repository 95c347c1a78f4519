/** Headers of the PROXY protocol: what is read does not depend on how the octets are cut. */

import { formatAddress, readAddress } from '../../src/net/address.ts';
import {
  INCOMPLETE,
  INVALID,
  MAX_HEADER,
  ProxyHeader,
} from '../../src/transport/proxy-protocol.ts';
import { octets } from '../world/messages.ts';
import {
  binaryHeader,
  CLIENT_4,
  CLIENT_6,
  lineFor,
  tlv,
  withChecksum,
} from '../world/proxy-header.ts';
import { plainly } from './fuzzing.ts';
import { hold, type Target } from './target.ts';

/** Octets that might come behind a header. */
const BEHIND: Uint8Array = octets([0, 12, 0, 1], lineFor('192.0.2.9'));

export const proxy: Target = {
  name: 'proxy',
  seeds: [
    lineFor('192.0.2.7'),
    binaryHeader({ addresses: CLIENT_4 }),
    binaryHeader({ addresses: CLIENT_6, family: 0x21 }),
    binaryHeader({ command: 0x20 }),
    binaryHeader({ family: 0 }),
    withChecksum(CLIENT_4),
    binaryHeader({ addresses: octets(CLIENT_4, tlv(2, [1, 2, 3]), tlv(4, [])) }),
  ],
  run(input) {
    const whole = read(input);
    hold(whole.length <= Math.min(input.length, MAX_HEADER), `a header of ${whole.length}`);
    hold(whole.length >= INVALID, `a header of ${whole.length}`);
    if (whole.length !== INCOMPLETE) {
      const more = read(octets(input, BEHIND));
      hold(more.text === whole.text, `${more.text} with more behind it, not ${whole.text}`);
    }
    for (let cut = 0; cut < input.length; cut++) {
      const { length, text } = read(input.subarray(0, cut));
      const isSame = length === INCOMPLETE || text === whole.text;
      // What was no header at first does not become one.
      hold(isSame, `${text} of the first ${cut} octets, and ${whole.text} of all`);
      if (length !== INCOMPLETE) break;
    }
    return whole.length > 0 ? `${whole.length}` : String(whole.length);
  },
  mutate: plainly([
    ...['PROXY ', 'TCP4 ', 'TCP6 ', 'UNKNOWN', '\r\n', '\n', '::1 ', '2001:db8::1 ', '192.0.2.1 '],
    ...['0 ', '65535', '65536', '00', '%eth0', '::ffff:192.0.2.1 ', '\r\n\r\n\0\r\nQUIT\n', '!'],
  ]),
};

const header = new ProxyHeader(readAddress);

function read(input: Uint8Array): { readonly length: number; readonly text: string } {
  const length = header.parse(input);
  const client = header.isLocal
    ? 'itself'
    : `${formatAddress(header.family, header.address)} port ${header.port}`;
  return { length, text: length > 0 ? `${length} for ${client}` : String(length) };
}
