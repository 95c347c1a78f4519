import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { FINE, problemsIn } from './problems.ts';

describe('config/problem ConfigError', () => {
  it('names all problems at once, in order of place', () => {
    const text = `node: ""
bogus: 1
clientGroups:
  office: [10.0.0.0/33]
acl:
  query:
    office: allow
    guests: allow
    10.1.2.3/8: refuse
    10.1.2.3/8: refuse
  recursoin: {}
admin: { listen: 0.0.0.0:80 }
routes: { ".": nowhere, example: "\${GROUP}" }
policies: [{ rpz: a.rpz }]
cache: { maxTtl: 5 }
ede: loud
`;
    expect(problemsIn(text).map((problem) => problem.slice(0, problem.indexOf(';')))).to.deep.equal(
      [
        '1:1: upstreams is missing',
        '1:7: "" is not valid',
        '2:1: unknown key "bogus"',
        '4:12: "10.0.0.0/33" is not a prefix',
        '8:5: "guests" is neither a client group (office) nor a prefix',
        '9:5: "10.1.2.3/8" has bits set behind its length',
        '10:5: "10.1.2.3/8" is there twice',
        '11:3: unknown key "recursoin"',
        '12:18: admin.listen is not a loopback address',
        '13:16: "nowhere" is not an upstream group',
        '13:34: the environment variable GROUP is not set',
        '14:12: name is missing',
        '15:18: "5" is not valid',
        '16:6: "loud" is not valid',
      ],
    );
  });

  it('has the place of each for programs', () => {
    const file = 'a/site.yaml';
    const message = '"2" is not valid; expect full, codes or off';
    expect(() => parseConfig(file, `ede: 2\n${FINE}`))
      .to.throw(ConfigError)
      .with.property('problems')
      .that.deep.equals([{ file, line: 1, column: 6, message }]);
  });
});
