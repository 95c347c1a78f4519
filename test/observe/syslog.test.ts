import { expect } from 'chai';
import { formatOctetCounted, SyslogFormat } from '../../src/observe/syslog.ts';

const record = (level: number, event = 'refused') =>
  `{"level":${level},"time":"2026-11-21T12:00:00.123Z","event":"${event}","ref":"x","qname":"ü"}`;

describe('observe/syslog', () => {
  const cases = [
    { level: 50, facility: 'daemon', priority: 27 },
    { level: 40, facility: 'daemon', priority: 28 },
    { level: 30, facility: 'local0', priority: 134 },
    { level: 40, facility: 'local7', priority: 188 },
  ] as const;
  for (const { level, facility, priority } of cases) {
    it(`has priority ${priority} for level ${level} of ${facility}`, () => {
      const line = record(level);
      const message = new SyslogFormat(facility, { node: 'ns1.site-a' }).message(Buffer.from(line));
      expect(message.toString()).to.equal(
        `<${priority}>1 2026-11-21T12:00:00.123Z ns1.site-a rcode5 ${process.pid} refused - ${line}`,
      );
    });
  }

  const days = [
    { month: 10, day: 21, shown: 'Nov 21 09:05:07' },
    { month: 0, day: 3, shown: 'Jan  3 09:05:07' },
  ];
  for (const { month, day, shown } of days) {
    it(`has the local time as ${shown} for a socket of this host`, () => {
      const time = new Date(2026, month, day, 9, 5, 7).toISOString();
      const line = record(40).replace('2026-11-21T12:00:00.123Z', time);
      const message = new SyslogFormat('local3', 'local').message(Buffer.from(line));
      expect(message.toString()).to.equal(`<156>${shown} rcode5[${process.pid}]: ${line}`);
    });
  }

  it('leaves out a node that is no host name', () => {
    for (const node of ['a b', 'nœud', 'x'.repeat(256)]) {
      const message = new SyslogFormat('daemon', { node }).message(Buffer.from(record(40)));
      expect(message.toString().split(' ')[2]).to.equal('-');
    }
  });

  it('has the length of each message in a stream', () => {
    const messages = ['<27>1 a', '<27>1 ü'].map((text) => Buffer.from(text));
    expect(formatOctetCounted(messages).toString()).to.equal('7 <27>1 a8 <27>1 ü');
  });
});
