import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { cannotListen } from '../../src/config/listen-error.ts';

const PLACE = { file: 'site.yaml', line: 2, column: 10 };

function says(code: string, port = 53): string {
  const error = Object.assign(new Error(`listen ${code}`), { code });
  return cannotListen({ address: '127.0.0.1', port }, error, PLACE).message;
}

/** What `says` of an address that a program of this name has. */
async function heldBy(name: string): Promise<string> {
  const listens =
    "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(s.address().port))";
  const other = spawn(process.execPath, ['-e', listens], {
    argv0: name,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(other.stdout, 'data');
  try {
    return says('EADDRINUSE', Number(said));
  } finally {
    other.kill();
  }
}

describe('config/listen-error: cannotListen', () => {
  it('names each way to port 53 when there is no capability for it', () => {
    expect(says('EACCES')).to.equal(
      `site.yaml:2:10: cannot listen on 127.0.0.1:53: ports below 1024 need the capability CAP_NET_BIND_SERVICE; expect AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit, setcap cap_net_bind_service=+ep ${process.execPath}, sysctl net.ipv4.ip_unprivileged_port_start=53, or another port`,
    );
  });

  it('says what to do about systemd-resolved, which has the address', async () => {
    expect(await heldBy('/lib/systemd/systemd-resolved')).to.match(
      /^site\.yaml:2:10: cannot listen on 127\.0\.0\.1:\d+: the address is in use by systemd-resolved \(pid \d+\), the stub of systemd-resolved; expect DNSStubListener=no in \/etc\/systemd\/resolved\.conf, or an address of an interface here$/,
    );
  });

  it('names another program that has the address', async () => {
    expect(await heldBy('/usr/sbin/named')).to.match(
      /: the address is in use by named \(pid \d+\); stop the other program or expect another port here$/,
    );
  });

  it('says that the host does not have the address', () => {
    expect(says('EADDRNOTAVAIL')).to.match(
      /this host does not have the address; expect one of its/,
    );
  });

  it('says what the system says of anything else', () => {
    expect(says('EMFILE')).to.match(/: listen EMFILE$/);
  });
});
