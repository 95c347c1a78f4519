import { expect } from 'chai';
import { cleanUp, describeWith, run } from './processes.ts';
import { RCODE5, Site } from './rcode5.ts';

const ESC = '\x1b';
const RECORD =
  '{"level":40,"time":"2026-11-20T23:00:00.123Z","event":"refused","client":"192.0.2.1","qname":"x.example.","qtype":"A","qclass":"IN","rcode":"REFUSED","layer":"acl","origin":"local","action":"refuse"}\n';

// From util-linux: it gives a program a terminal.
describeWith(['script'], 'e2e: colours on a terminal', () => {
  after(cleanUp);

  const cases = [
    { are: 'there', when: 'TERM has them', environment: 'TERM=xterm-256color' },
    { are: 'not there', when: 'NO_COLOR is set', environment: 'TERM=xterm-256color NO_COLOR=1' },
    { are: 'not there', when: 'TERM is dumb', environment: 'TERM=dumb' },
  ];
  for (const { are, when, environment } of cases) {
    for (const command of ['log', 'report']) {
      it(`of ${command} are ${are} when ${when}`, async () => {
        const site = new Site('', { 'decisions.log': RECORD });
        const words = `env -u CI -u NO_COLOR -u FORCE_COLOR -u COLORTERM ${environment} ${process.execPath} ${RCODE5} ${command} ${site.log}`;
        const { code, stdout } = await run('script', ['-qec', words, '/dev/null']);
        expect(stdout).to.include('192.0.2.1');
        expect({ code, isColoured: stdout.includes(ESC) }).to.deep.equal({
          code: 0,
          isColoured: are === 'there',
        });
      });
    }
  }
});
