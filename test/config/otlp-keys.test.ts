import { inspect } from 'node:util';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { FINE, itSays, problemsIn } from './problems.ts';

const URL =
  'the URL of an OTLP receiver like http://192.0.2.1:4318 or https://otlp.example/v1/logs, without a user';

function keys(text: string): string {
  return `decisionLog: { to: a.log, otlp: { ${text} } }\n`;
}

describe('config/otlp-keys', () => {
  itSays(
    [
      ...['otlp.example:4318', 'http://u:p@h', 'grpc://h:4317', 'http://h/#a'].map((url) => ({
        when: `the URL is ${url}`,
        text: keys(`url: "${url}"`),
        says: [`2:40: "${url}" is not valid; expect ${URL}`],
      })),
      {
        when: 'there is no URL, and a key that nobody knows',
        text: keys('endpoint: a'),
        says: [
          `2:33: url is missing; expect ${URL}`,
          '2:35: unknown key "endpoint"; expect url, headers, compression',
        ],
      },
      {
        when: 'headers are none, or not to be set',
        text: keys('url: "http://h", headers: { "a b": c, Content-Type: d, X: "é" }'),
        says: [
          '2:63: "a b" is no name of a header; expect one like Authorization',
          '2:73: "Content-Type" is set by the sender; expect others, like Authorization',
          '2:93: this cannot stand in a header; expect a text in ASCII, a secret best from the environment',
        ],
      },
    ],
    FINE,
  );

  for (const [given, sent] of [
    ['http://h:4318', 'http://h:4318/v1/logs'],
    ['https://h/', 'https://h/v1/logs'],
    ['https://h/otlp/v1/logs', 'https://h/otlp/v1/logs'],
    ['http://h?tenant=a', 'http://h/v1/logs?tenant=a'],
  ]) {
    it(`sends to ${sent} for ${given}`, () => {
      const { otlp } = parseConfig('site.yaml', `${FINE}${keys(`url: "${given}"`)}`).decisionLog;
      expect(otlp!.url.value).to.equal(sent);
      expect([otlp!.headers, otlp!.compression]).to.deep.equal([[], 'none']);
    });
  }

  it('never show a header, not even a wrong one', () => {
    const text = `${FINE}${keys('url: "http://h", headers: { Authorization: "Bearer ${' + 'T}" }')}`;
    expect(problemsIn(text, { T: 'gehéim' }).join()).not.to.match(/geh/);
    const { otlp } = parseConfig('site.yaml', text, { T: 'hidden' }).decisionLog;
    expect(Buffer.from(otlp!.headers[0]!.value.octets).toString()).to.equal('Bearer hidden');
    expect(`${inspect(otlp, { depth: 9 })}${JSON.stringify(otlp)}`).not.to.match(/hidden/);
  });
});
