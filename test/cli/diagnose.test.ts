import { expect } from 'chai';
import { UsageError } from '../../src/cli/command.ts';
import { diagnose } from '../../src/cli/diagnose.ts';

const SERVER = ['--server', '127.0.0.1:1'];

describe('cli/diagnose', () => {
  const cases = [
    { args: SERVER, says: 'expect one NAME' },
    { args: ['a.example', 'b.example', ...SERVER], says: 'expect one NAME' },
    { args: ['a.example'], says: '--server is missing' },
    { args: ['a..example', ...SERVER], says: '"a..example" has an empty label' },
    { args: ['a.example', '--server', 'ns1.example'], says: '--server ns1.example: expect' },
    { args: ['a.example', '--server', '192.0.2.1:0'], says: '--server 192.0.2.1:0: expect' },
    { args: ['a.example', ...SERVER, '--source', 'eth0'], says: '--source eth0: expect' },
    { args: ['a.example', ...SERVER, '--source', '192.0.2.1'], says: '--source 192.0.2.1: EADDR' },
    { args: ['a.example', ...SERVER, '--source', '::1'], says: 'no --source is of the address' },
    { args: ['a.example', ...SERVER, '--type', 'AAAAA'], says: '--type AAAAA: expect' },
    { args: ['a.example', ...SERVER, '--type', 'OPT'], says: '--type OPT: expect' },
    { args: ['a.example', ...SERVER, '--timeout', '2'], says: '--timeout 2: expect' },
    { args: ['a.example', ...SERVER, '--timeout', '0ms'], says: '--timeout 0ms: expect' },
    { args: ['a.example', ...SERVER, '--timeout', '61s'], says: '--timeout 61s: expect' },
  ];
  for (const { args, says } of cases) {
    it(`does not take ${args.join(' ')}`, async () => {
      const error = await diagnose.run(args).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(UsageError);
      expect((error as Error).message).to.include(says);
    });
  }
});
