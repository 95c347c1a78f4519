/**
 * TCP connections to upstreams: one to each, kept open between queries, pipelined (RFC 7766
 * section 6.2). Their numbers are negative, so that they are never a UDP channel's.
 */

import { connect, type Socket } from 'node:net';
import { type ChannelEvents, type Channels, type Remote, reasonOf } from './channels.ts';
import { FrameReader, frame } from './frames.ts';

/** Milliseconds after which an unused connection is given up (RFC 7766 section 6.2.3). */
const IDLE_MS = 10_000;

export function openTcpChannels(events: ChannelEvents): Channels {
  const connections = new Map<number, { socket: Socket; number: number }>();
  let count = 0;
  let isClosed = false;

  const create = (upstream: number, remote: Remote) => {
    const number = --count;
    const frames = new FrameReader();
    const socket = connect({ host: remote.address, port: remote.port, noDelay: true });
    let reason: string | undefined;
    const forget = () => {
      if (connections.get(upstream)?.number === number) connections.delete(upstream);
    };
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('data', (chunk) => {
      frames.push(chunk, (octets) => events.answered(upstream, number, octets));
    });
    socket.on('end', forget);
    socket.on('error', (error) => {
      reason = reasonOf(error);
    });
    socket.on('close', () => {
      forget();
      if (!isClosed) events.failed(upstream, number, reason);
    });
    const connection = { socket, number };
    connections.set(upstream, connection);
    return connection;
  };

  return {
    send(upstream, remote, octets, length) {
      const { socket, number } = connections.get(upstream) ?? create(upstream, remote);
      socket.write(frame(octets, length));
      return number;
    },
    close() {
      isClosed = true;
      for (const { socket } of connections.values()) socket.destroy();
    },
  };
}
