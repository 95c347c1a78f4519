/** How a receiver of decision records is written. */

import { type Endpoint, parseEndpoint } from '../net/address.ts';
import { type Kind, scalar } from './kind.ts';

export type Destination =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'udp' | 'tcp'; readonly endpoint: Endpoint };

const SCHEME = /^(udp|tcp):\/\/(.*)$/;

/** A socket of the system by its path, or an address with one of these schemes. */
export function destination(...schemes: readonly ('udp' | 'tcp')[]): Kind<Destination> {
  const examples = schemes.map((scheme) => `${scheme}://192.0.2.1:6514`).join(' or ');
  return scalar(`the path of a socket like /run/receiver.sock, or ${examples}`, (given) => {
    const [, scheme, address = ''] = SCHEME.exec(given) ?? [];
    const kind = schemes.find((one) => one === scheme);
    if (kind === undefined) return isPath(given) ? { kind: 'unix', path: given } : undefined;
    const endpoint = parseEndpoint(address);
    return endpoint === undefined || endpoint.port === 0 ? undefined : { kind, endpoint };
  });
}

function isPath(given: string): boolean {
  return given.includes('/') && !given.includes('://');
}
