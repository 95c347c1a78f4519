/** `resolv-file`, or `/etc/resolv.conf`: the servers for all names, unless `no-resolv` is set. */

import { parseAddress } from '../../net/address.ts';
import { readForeign } from '../problems.ts';
import { unhide } from './lines.ts';
import { allOf, type DnsmasqParts, oneOf } from './parts.ts';
import type { ServerEntry } from './servers.ts';

const RESOLV_FILE = '/etc/resolv.conf';

export function resolvServers(parts: DnsmasqParts): readonly ServerEntry[] {
  if (oneOf(parts, 'no-resolv') !== undefined) return [];
  const named = allOf(parts, 'resolv-file').map(({ value }) => unhide(value ?? ''));
  const files = named.length > 0 ? named.filter((file) => file !== '') : [RESOLV_FILE];
  return files.flatMap((file) => {
    const read = readForeign(file, 'a resolv.conf');
    // dnsmasq waits for the file, and refuses until it is there.
    if ('problem' in read) return [];
    return read.text.split('\n').flatMap((line, i) => {
      const [word, address = ''] = line.trim().split(/\s+/);
      if (word !== 'nameserver' && word !== 'server') return [];
      if (parseAddress(address) === undefined) return [];
      const place = { file, line: i + 1, column: 1 };
      return [
        {
          ...({ domain: '', isWildcard: false, isForSimpleNames: false, kind: 'server' } as const),
          server: address,
          option: { name: 'nameserver', value: address, place },
        },
      ];
    });
  });
}
