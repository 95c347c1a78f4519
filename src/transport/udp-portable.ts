/** A UDP listener over node:dgram, for every platform. */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

/** Room in the kernel for bursts, in bytes. */
const SOCKET_BUFFER = 4 << 20;

export interface Datagrams {
  readonly address: string;
  readonly port: number;
  /** The octets may be used again when the call returns. */
  send(octets: Uint8Array, length: number, address: string, port: number): void;
  /** Takes no more; datagrams already handed to `send` leave. */
  close(): void;
}

/**
 * Listens on an address; port 0 takes a free one; an address that is `shared` may be shared by
 * other processes. Rejects when the address cannot be had.
 */
export async function listenUdp(
  { address, port, shared }: { address: string; port: number; shared?: boolean },
  onDatagram: (octets: Buffer, remote: RemoteInfo) => void,
): Promise<Datagrams> {
  const type = isIPv6(address) ? 'udp6' : 'udp4';
  const socket = createSocket({ type, ipv6Only: type === 'udp6', reusePort: shared === true });
  socket.bind({ address, port, exclusive: true });
  await once(socket, 'listening');
  enlargeBuffers(socket);
  let isClosed = false;
  let leaving = 0;
  socket.on('message', (octets, remote) => {
    // Who sends from port 0 expects no answer (RFC 768), and there is none to send there.
    if (!isClosed && remote.port !== 0) onDatagram(octets, remote);
  });
  // A datagram that cannot be delivered is like one that was lost on its way.
  socket.on('error', () => {});
  return {
    address,
    port: socket.address().port,
    send: (octets, length, to, toPort) => {
      leaving++;
      socket.send(Buffer.from(octets.subarray(0, length)), toPort, to, () => {
        leaving--;
        if (isClosed && leaving === 0) socket.close();
      });
    },
    close: () => {
      isClosed = true;
      if (leaving === 0) socket.close();
    },
  };
}

function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(SOCKET_BUFFER);
    socket.setSendBufferSize(SOCKET_BUFFER);
  } catch {
    // A system that does not allow it serves with the buffers it has.
  }
}
