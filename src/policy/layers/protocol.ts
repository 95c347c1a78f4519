/** What a forwarder does not understand or does not do, whoever asks (RFC 1035, 6891, 9619). */

import { builtIn, type Verdict } from '../../decision/verdict.ts';
import { isCookieLength } from '../../wire/opt.ts';
import { Malformed, NO_COOKIE, type Query } from '../../wire/query.ts';
import { Ede, Opcode, Rcode, RrClass, RrType } from '../../wire/registry.ts';
import type { Layer } from '../layer.ts';
import type { PolicyParts } from '../layer-parts.ts';
import { isIdentityQuery } from './identity.ts';

const FAULTS: readonly (readonly [Malformed, string])[] = [
  // RFC 9619: a QUERY with another number of questions than one is a format error.
  [Malformed.QUESTION_COUNT, 'one question'],
  [Malformed.QUESTION, 'readable question'],
  [Malformed.RECORDS, 'records within the message'],
  [Malformed.OPT, 'one whole OPT record'],
  [Malformed.TSIG, 'TSIG record last'],
];

export function compileProtocol({ cookies, verdicts }: PolicyParts): Layer {
  const add = (rule: string, rcode: number, ede?: number) =>
    verdicts.add({
      layer: 'protocol',
      action: rcode === Rcode.REFUSED ? 'refuse' : 'reject',
      rule: builtIn(`protocol ${rule}`),
      rcode,
      recursionAvailable: false,
      ...(ede !== undefined && { ede }),
    });
  const notImplemented = add('opcode', Rcode.NOTIMP, Ede.NOT_SUPPORTED);
  // A server that gives no cookies need not understand them.
  const badCookie = cookies && add('whole COOKIE option', Rcode.FORMERR);
  const badVersion = add('EDNS version 0', Rcode.BADVERS);
  const wrongClass = add('class IN', Rcode.REFUSED, Ede.NOT_SUPPORTED);
  const metaType = add('question type', Rcode.REFUSED, Ede.NOT_SUPPORTED);
  const faults = new Map(FAULTS.map(([fault, rule]) => [fault, add(rule, Rcode.FORMERR)]));

  return {
    name: 'protocol',
    judge(query): Verdict | undefined {
      if (!isKnownOpcode(query.opcode)) return notImplemented;
      if (query.malformed !== Malformed.NONE) return faults.get(query.malformed);
      if (query.ednsVersion > 0) return badVersion;
      if (badCookie !== undefined && isBadCookie(query)) return badCookie;
      return judgeQuestion(query);
    },
  };

  function judgeQuestion(query: Query): Verdict | undefined {
    if (query.opcode === Opcode.UPDATE || query.qclass === RrClass.IN) {
      return isUnaskable(query) ? metaType : undefined;
    }
    return isIdentityQuery(query) ? undefined : wrongClass;
  }
}

function isBadCookie({ cookieLength }: Query): boolean {
  return cookieLength !== NO_COOKIE && !isCookieLength(cookieLength);
}

function isKnownOpcode(opcode: number): boolean {
  return opcode === Opcode.QUERY || opcode === Opcode.NOTIFY || opcode === Opcode.UPDATE;
}

/** Types that cannot be looked up: they exist only inside messages, or are long obsolete. */
function isUnaskable({ opcode, qtype }: Query): boolean {
  if (opcode !== Opcode.QUERY) return false;
  return (
    qtype === 0 ||
    qtype === RrType.OPT ||
    qtype === RrType.TKEY ||
    qtype === RrType.TSIG ||
    qtype === RrType.MAILA ||
    qtype === RrType.MAILB
  );
}
