/** What somebody learns who asks a server on purpose, as evidence. */

import type { Evidence } from './refusal-evidence.ts';
import type { RefusalFacts } from './refusal-facts.ts';
import { isProhibited } from './refusal-program-evidence.ts';

type Take = (text: string, weights: Evidence['weights']) => void;

/** The signs that only questions on purpose show. */
export function findingsEvidence({ signs, lately, findings }: RefusalFacts): Evidence[] {
  if (findings === undefined) return [];
  const found: Evidence[] = [];
  const take: Take = (text, weights) => found.push({ text, weights });
  if (signs.operation !== undefined) return [];
  takeAnsweredSource({ signs, lately, findings }, take);
  const { copiesRd, heldZone, holdsName } = findings;
  if (copiesRd) {
    take('RA is a copy of RD: so dnsdist writes refusals of its own', {
      'client-acl server': lately.answered > 0 ? 0 : 2,
      'name-policy name': lately.answered > 0 ? 2 : 0,
    });
  }
  if (heldZone !== undefined && !signs.ra && !isProhibited(signs)) {
    take(
      `it answers for its zone ${heldZone} with AA=1`,
      holdsName
        ? { 'name-policy name': 8, 'no-recursion server': -6 }
        : { 'no-recursion server': 4 },
    );
  }
  return found;
}

/** It answers somebody else: so it is about this client, or its part of the server. */
function takeAnsweredSource(
  { signs, lately, findings }: Required<Omit<RefusalFacts, 'siblings'>>,
  take: Take,
): void {
  if (findings.answeredSource === undefined) return;
  const text = `${findings.answeredSource} is answered`;
  if (lately.answered > 0) {
    take(text, {
      'client-acl zone': isProhibited(signs) ? 3 : 0,
      'client-acl behind': -6,
      'name-policy behind': -6,
      'name-policy name': isProhibited(signs) ? 0 : 1,
    });
  } else if (!signs.ra && signs.ede.length === 0 && lately.identity) {
    // Another view answers about itself, and does not recurse.
    take(text, { 'no-recursion server': 1 });
  } else {
    take(text, { 'client-acl server': 4, 'name-policy name': -3 });
  }
}
