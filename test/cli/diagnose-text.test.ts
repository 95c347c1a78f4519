import { expect } from 'chai';
import { formatFinding, formatVisit } from '../../src/cli/diagnose-text.ts';
import { findingsOf } from '../../src/diagnose/findings.ts';
import { allBut, CLOSED, probe, REFUSED, REFUSED_RA0, visitOf } from '../diagnose/visits.ts';

describe('diagnose/table', () => {
  it('has a line for each probe', () => {
    const nsid = 'ns1';
    const visit = [
      probe('ask', { ...REFUSED, nsid, ede: [{ code: 18, text: 'not you' }], ms: 0.25 }),
      probe('tcp', CLOSED),
      probe('id.server', { aa: true, ra: false, texts: ['ns1'] }),
      probe('plain', { again: true, tc: true, answers: 0, edns: false, hasQuestion: false }),
      probe('burst', { burst: { sent: 20, answered: 5, refused: 0, truncated: 9, silent: 6 } }),
    ];
    expect(formatVisit(visit)).to.equal(`\
192.0.2.53:53 from 10.0.0.1
  PROBE        QUESTION            BY   RD  EDNS  RESULT              FLAGS  ANSWERS  MS   SAYS
  ask          www.example.com. A  udp  1   yes   REFUSED             ra     0        0.3  EDE 18 "not you", NSID ns1
  tcp          www.example.com. A  tcp  1   yes   connection refused  -      -        1.0
  id.server    id.server. CH TXT   udp  1   yes   NOERROR             aa     1        1.0  "ns1"
  plain again  www.example.com. A  udp  1   no    NOERROR             tc ra  0        1.0  no question, come by TCP
  burst        www.example.com. A  udp  1   yes   NOERROR             ra     1        1.0  20 at once: 5 answered, 0 refused, 9 truncated, 6 silent
`);
  });

  it('says what was found, why, what else, and what to do', () => {
    const friend = visitOf({}, { source: '10.0.0.2' });
    const [finding] = findingsOf([allBut(REFUSED_RA0), friend]);
    expect(formatFinding(finding!)).to.match(
      /^client-acl \(high confidence\): 192\.0\.2\.53:53 does not let 10\.0\.0\.1 ask\n {2}scope {9}server: .*\n {2}evidence {6}\S.*\n(?: {16}\S.*\n)+ {2}other sources 10\.0\.0\.2: no-refusal \(high\): .*\n {2}next {10}\S.*\n$/,
    );
  });

  it('lets nobody write to the terminal', () => {
    const visit = [probe('id.server', { texts: ['\u001b[2J\u202e'] })];
    expect(formatVisit(visit)).to.include('"\\u001b[2J\\u202e"');
  });
});
