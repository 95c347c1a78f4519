import { inspect } from 'node:util';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { FINE, itSays, problemsIn } from './problems.ts';

const URL =
  'the URL of a ClickHouse server like http://192.0.2.1:8123 or https://clickhouse.example:8443, without a user or a query';

function keys(text: string): string {
  return `decisionLog: { to: a.log, clickhouse: { ${text} } }\n`;
}

describe('config/clickhouse-keys', () => {
  itSays(
    [
      ...['clickhouse.example:8123', 'http://u:p@h', 'http://h/?a=b', 'ftp://h'].map((url) => ({
        when: `the URL is ${url}`,
        text: keys(`url: "${url}"`),
        says: [`2:46: "${url}" is not valid; expect ${URL}`],
      })),
      {
        when: 'there is no URL, and a key that nobody knows',
        text: keys('host: a'),
        says: [
          `2:39: url is missing; expect ${URL}`,
          '2:41: unknown key "host"; expect url, database, table, user, password',
        ],
      },
    ],
    FINE,
  );

  it('never show a password, not even a wrong one', () => {
    const [wrong] = problemsIn(`${FINE}${keys('url: "http://h", password: "pässword"')}`);
    expect(wrong).to.equal(
      '2:68: this is no password; expect a password in ASCII, best from the environment',
    );
    const text = `${FINE}${keys('url: "http://h:1/", password: "${' + 'P}"')}`;
    const { clickhouse } = parseConfig('site.yaml', text, { P: 'hidden word' }).decisionLog;
    expect(clickhouse?.url.value).to.equal('http://h:1');
    expect(Buffer.from(clickhouse!.password!.octets).toString()).to.equal('hidden word');
    expect(`${inspect(clickhouse, { depth: 9 })}${JSON.stringify(clickhouse)}`).to.not.match(
      /hidden/,
    );
  });
});
