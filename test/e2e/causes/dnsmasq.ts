/** dnsmasq: it refuses nobody, and passes on what others say. */

import { findPort, startUnbound } from '../peers.ts';
import { findProgram, makeFolder, Program } from '../processes.ts';
import type { Server, State } from './state.ts';
import { startRoot, startStrict } from './world.ts';

const STATES: readonly State[] = [
  {
    state: 'a `server` with an ACL that says EDE 18',
    at: 'strict',
    kind: 'behind refuses',
    truth: { verdict: 'client-acl', scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: 'a `server` with an ACL that says nothing',
    at: 'mute',
    kind: 'behind refuses, mute',
    truth: { scope: 'behind', diagnosis: 'dead' },
  },
  {
    state: 'a `server` with an ACL, for one domain',
    at: 'mixed',
    name: 'www.behind.example',
    kind: 'behind refuses for a domain',
    truth: { verdict: 'client-acl', scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: 'a `server` that refuses the name',
    at: 'mixed',
    name: 'blocked.house.example',
    kind: 'behind has a policy',
    truth: { verdict: 'name-policy', scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: 'a `server` that refuses RD=0',
    at: 'mixed',
    rd: false,
    kind: 'behind refuses snooping',
    truth: { verdict: 'no-recursion', scope: 'behind', diagnosis: 'none' },
  },
  {
    state: 'a `server` that is dead',
    at: 'dead',
    kind: 'behind dead',
    truth: { scope: 'behind', diagnosis: 'dead' },
  },
  {
    state: 'no `server`',
    at: 'alone',
    kind: 'nobody to ask',
    truth: { verdict: 'no-recursion', scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: '`server=/domain/` alone',
    at: 'domain',
    kind: 'nobody to ask',
    truth: { verdict: 'no-recursion', scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: '`address=/domain/`',
    at: 'mixed',
    name: 'listed.example',
    kind: 'name policy',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
];

/** Ready when it says so: with nobody behind it, it answers nothing. */
async function start(...args: readonly string[]): Promise<number> {
  const port = await findPort();
  const alone = ['--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--pid-file=', '--user='];
  const usual = ['-k', '--log-facility=-', '--bind-interfaces', '--listen-address=127.0.0.1'];
  const all = [...usual, `--port=${port}`, ...alone, ...args];
  const program = new Program(findProgram('dnsmasq')!, all, makeFolder());
  await program.says(/started, version/);
  return port;
}

export const DNSMASQ: Server = {
  server: 'dnsmasq',
  debian: 'dnsmasq-base',
  programs: ['dnsmasq', 'unbound', 'named', 'nsd'],
  async start() {
    const [root, strict] = await Promise.all([startRoot(), startStrict()]);
    const [mute, open] = await Promise.all([
      startUnbound(['access-control: 127.0.0.0/8 refuse']),
      startUnbound([
        'do-not-query-localhost: no',
        'ede: yes',
        'local-zone: "example." transparent',
        'local-zone: "blocked.house.example." refuse',
        'forward-zone:',
        'name: .',
        `forward-addr: 127.0.0.1@${root}`,
      ]),
    ]);
    const [strictPort, mutePort, mixed, dead, alone, domain] = await Promise.all([
      start(`--server=127.0.0.1#${strict}`),
      start(`--server=127.0.0.1#${mute.port}`),
      start(
        `--server=127.0.0.1#${open.port}`,
        `--server=/behind.example/127.0.0.1#${strict}`,
        '--address=/listed.example/',
      ),
      start('--server=127.0.0.1#1'),
      start(),
      start(`--server=/house.example/127.0.0.1#${open.port}`),
    ]);
    return { strict: strictPort, mute: mutePort, mixed, dead, alone, domain };
  },
  states: STATES,
};
