/**
 * Queries as RFC 8906 section 8 sends them to find out what servers cannot stand, and messages
 * that are no queries at all.
 */

import {
  ascii,
  Flag,
  message,
  name,
  octets,
  opt,
  option,
  pointer,
  question,
  record,
  TO_QUESTION,
  TYPE,
  uint16,
  uint32,
} from './messages.ts';

const NAME = 'www.example.com';
const SOA: Uint8Array = question(NAME, TYPE.SOA);
/** The reserved bit of the header, and one of the reserved bits of EDNS. */
const Z = 0x0040;
const EDNS_FLAG = 0x0040;
const COOKIE = 10;
const UNKNOWN_OPTION = option(100, [1, 2, 3]);

const plain = { flags: Flag.RD, questions: [SOA] };
const edns = (record: Uint8Array) => message({ ...plain, additionals: [record] });

/** An OPT record with a reserved flag set; its TTL stands behind owner, TYPE and CLASS. */
function withFlag(record: Uint8Array): Uint8Array {
  record[8]! |= EDNS_FLAG;
  return record;
}

function signed(type: number): Uint8Array {
  const signature = octets(name('hmac-sha256'), [0, 0], uint32(1), uint16(300), uint16(0));
  const rest = octets(uint16(0), uint16(0), uint16(0));
  const key = record('key.example', type, octets(signature, rest), { rrClass: 255, ttl: 0 });
  return message({ ...plain, additionals: [key] });
}

const longest = [63, 63, 63, 61].map((length) => 'a'.repeat(length)).join('.');

/** By what is odd about each; all are well-formed. */
export const ODD_QUERIES: Readonly<Record<string, Uint8Array>> = {
  'nothing at all': message(plain),
  'an unknown type': message({ ...plain, questions: [question(NAME, 1000)] }),
  'CD set': message({ ...plain, flags: Flag.RD | Flag.CD }),
  'AD set': message({ ...plain, flags: Flag.RD | Flag.AD }),
  'AA, TC and RA set': message({ ...plain, flags: Flag.AA | Flag.TC | Flag.RA }),
  'the reserved bit set': message({ ...plain, flags: Flag.RD | Z }),
  'RD not set': message({ questions: [SOA] }),
  'an rcode': message({ ...plain, rcode: 5 }),
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7, 15].flatMap((opcode) => [
      [`opcode ${opcode}`, message({ opcode, questions: [SOA] })],
      [`opcode ${opcode}, a header alone`, message({ opcode })],
    ]),
  ),
  'a header alone': message({ flags: Flag.RD }),
  'two questions': message({ ...plain, questions: [SOA, question('example.org')] }),
  'an answer in it': message({ ...plain, answers: [record(TO_QUESTION, TYPE.A, [1, 2, 3, 4])] }),
  'class CH': message({ ...plain, questions: [question('version.bind', TYPE.TXT, 3)] }),
  'class ANY': message({ ...plain, questions: [question(NAME, TYPE.A, 255)] }),
  'class 0': message({ ...plain, questions: [question(NAME, TYPE.A, 0)] }),
  'type ANY': message({ ...plain, questions: [question(NAME, TYPE.ANY)] }),
  'type AXFR': message({ ...plain, questions: [question(NAME, 252)] }),
  'type OPT': message({ ...plain, questions: [question(NAME, TYPE.OPT)] }),
  'type 0': message({ ...plain, questions: [question(NAME, 0)] }),
  'the root': message({ ...plain, questions: [question('.')] }),
  'the longest name': message({ ...plain, questions: [question(longest)] }),
  'odd octets in a name': message({
    ...plain,
    questions: [question(octets([5, 0, 0x2e, 0x5c, 0x22, 0xff, 0]))],
  }),
  EDNS: edns(opt()),
  'EDNS version 1': edns(opt({ version: 1 })),
  'EDNS version 255': edns(opt({ version: 255 })),
  'an unknown option': edns(opt({ options: [UNKNOWN_OPTION] })),
  'an unknown flag of EDNS': edns(withFlag(opt())),
  DO: edns(opt({ dnssecOk: true })),
  'EDNS version 1 and DO': edns(opt({ version: 1, dnssecOk: true })),
  'EDNS version 1 and an unknown flag': edns(withFlag(opt({ version: 1 }))),
  'EDNS version 1 and an unknown option': edns(opt({ version: 1, options: [UNKNOWN_OPTION] })),
  'no payload size': edns(opt({ payload: 0 })),
  'a payload size of 512': edns(opt({ payload: 512, dnssecOk: true })),
  'the greatest payload size': edns(opt({ payload: 0xffff })),
  'an extended rcode': edns(opt({ extendedRcode: 255 })),
  NSID: edns(opt({ options: [option(3)] })),
  'a cookie': edns(opt({ options: [option(COOKIE, [1, 2, 3, 4, 5, 6, 7, 8])] })),
  'a cookie that is too short': edns(opt({ options: [option(COOKIE, [1])] })),
  'client subnet': edns(opt({ options: [option(8, [0, 1, 24, 0, 192, 0, 2])] })),
  'EXPIRE and keepalive': edns(opt({ options: [option(9), option(11)] })),
  padding: edns(opt({ options: [option(12, new Uint8Array(400))] })),
  'an error of our own kind': edns(opt({ options: [option(15, [0, 18, ...ascii('no')])] })),
  TSIG: signed(TYPE.TSIG),
  'SIG(0)': signed(TYPE.SIG),
};

/** What no server should take for a query, by what is wrong with each. */
export const NO_QUERIES: Readonly<Record<string, Uint8Array>> = {
  'no octet': octets(),
  'one octet': octets([0]),
  'half a header': octets([0, 1, 1, 0, 0, 1]),
  'a response': message({ ...plain, flags: Flag.QR | Flag.RD }),
  'a response with a refusal': message({ ...plain, flags: Flag.QR, rcode: 5 }),
  'a response that is a header': message({ flags: Flag.QR }),
  'no name': message({ ...plain, questions: [] as Uint8Array[], counts: [1, 0, 0, 0] }),
  'a name without an end': message({ ...plain, questions: [octets([63, 1, 2, 3])] }),
  'a pointer to itself': message({ ...plain, questions: [question(pointer(12))] }),
  'a pointer past the end': message({ ...plain, questions: [question(pointer(0x3fff))] }),
  'an unknown label': message({ ...plain, questions: [question(octets([0x40, 1, 0]))] }),
  'a question cut in its type': message({ ...plain, questions: [octets(name(NAME), [0])] }),
  'more questions than there are': message({ ...plain, counts: [2, 0, 0, 0] }),
  'all counts at their most': message({ ...plain, counts: [0xffff, 0xffff, 0xffff, 0xffff] }),
  'records that are not there': message({ ...plain, counts: [1, 0, 0, 9] }),
  'octets behind it': octets(message(plain), [1, 2, 3]),
  'two OPT records': message({ ...plain, additionals: [opt(), opt()] }),
  'an OPT record with an owner': edns(opt({ owner: NAME })),
  'an OPT record among the answers': message({ ...plain, answers: [opt()] }),
  'an OPT record that is too long': edns(opt({ rdlength: 9 })),
  'an option that is too long': edns(opt({ options: [option(3, [1], 9)] })),
  'a record behind TSIG': octets(
    signed(TYPE.TSIG).map((octet, i) => (i === 11 ? 2 : octet)),
    opt(),
  ),
};
