import { expect } from 'chai';
import { ServiceManager, watchdogOf } from '../../src/server/service-manager.ts';

describe('server/service-manager', () => {
  function started(watchdogMs?: number) {
    const sent: string[] = [];
    let isClosed = false;
    const socket = {
      send: (octets: Buffer) => {
        sent.push(String(octets));
        return 'gone';
      },
      close: () => {
        isClosed = true;
      },
    };
    return { manager: new ServiceManager(socket, watchdogMs), sent, isClosed: () => isClosed };
  }

  it('reports readiness, a reload and the end as sd_notify(3) has it', () => {
    const { manager, sent, isClosed } = started();
    manager.ready('policy=3f2a\n9c11');
    manager.reloading();
    manager.stopping();
    manager.close();
    expect(sent[0]).to.equal('READY=1\nSTATUS=policy=3f2a 9c11');
    expect(sent[1]).to.match(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
    expect(sent.slice(2)).to.deep.equal(['STOPPING=1']);
    expect(isClosed()).to.equal(true);
  });

  it('goes on reporting that it goes on, until it is closed', async () => {
    const { manager, sent } = started(2);
    const awake = setInterval(() => {}, 1000);
    while (sent.length < 3) await new Promise(setImmediate);
    clearInterval(awake);
    manager.close();
    expect(new Set(sent)).to.deep.equal(new Set(['WATCHDOG=1']));
  });

  const own = String(process.pid);
  for (const [environment, expected] of [
    [{}, undefined],
    [{ WATCHDOG_USEC: '30000000' }, 30_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: own }, 30_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' }, undefined],
    [{ WATCHDOG_USEC: 'soon' }, undefined],
    [{ WATCHDOG_USEC: '0' }, undefined],
  ] as const) {
    it(`is watched every ${expected} ms with ${JSON.stringify(environment).replace(own, 'PID')}`, () => {
      expect(watchdogOf(environment)).to.equal(expected);
    });
  }
});
