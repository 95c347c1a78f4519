/** Asking a primary: for the serial of a zone, and for the zone itself. */

import { createSocket } from 'node:dgram';
import { formatPrimary, type PrimaryAddress } from '../config/primary-text.ts';
import { TransferReader } from '../policy/rpz/transfer/transfer-reader.ts';
import type { FeedTls } from '../policy/rpz/transfer/transferred-zone.ts';
import type { Soa, ZoneUpdate } from '../policy/rpz/transfer/zone-copy.ts';
import { FrameReader, frame } from '../transport/frames.ts';
import { HEADER_LENGTH, hasFlag, id, TC } from '../wire/header.ts';
import { RrType } from '../wire/registry.ts';
import { type Asked, Conversation, PrimaryError } from './conversation.ts';
import { openStream, type TlsMemory, unheard } from './primary-stream.ts';

/** Milliseconds to wait for a datagram; for a connection; for the next octets of one. */
const UDP_MS = 2000;
const IDLE_MS = 15_000;

/** A server that has the zone, and how it is asked. */
export interface Primary extends Asked {
  readonly address: PrimaryAddress;
  readonly tls: FeedTls;
  readonly memory: TlsMemory;
  /** Octets of records, and milliseconds, that a transfer may take. */
  readonly maxSize: number;
  readonly maxTime: number;
  /** Ends all that is under way. */
  readonly signal: AbortSignal;
}

/** The SOA record that a primary has now: by UDP, and by TCP where that does not do; or by TLS. */
export async function askSoa(primary: Primary): Promise<Soa> {
  // RFC 9103 section 6.2: nobody else is to see which zone it is about.
  if (primary.address.tlsName === undefined) {
    const byUdp = await askByUdp(primary, new Conversation(primary, RrType.SOA));
    if (byUdp !== undefined) return byUdp;
  }
  const conversation = new Conversation(primary, RrType.SOA);
  let soa: Soa | undefined;
  await converse(primary, conversation, (message) => {
    soa = conversation.readSoa(message);
    return true;
  });
  return soa!;
}

/** Transfers the zone: what changed since `soa`, or all of it. */
export async function transferZone(primary: Primary, soa: Soa | undefined): Promise<ZoneUpdate> {
  const conversation = new Conversation(
    primary,
    soa === undefined ? RrType.AXFR : RrType.IXFR,
    soa,
  );
  const { zone, maxSize } = primary;
  const reader = new TransferReader({ id: conversation.id, zone, serial: soa?.serial, maxSize });
  await converse(primary, conversation, (message) => {
    conversation.prove(message);
    const wrong = reader.take(message);
    if (wrong !== undefined) throw new PrimaryError(wrong);
    if (reader.update === undefined) return false;
    if (conversation.isProven) return true;
    throw new PrimaryError('its last message is not signed');
  });
  return reader.update!;
}

/** Undefined when no usable answer comes: by TCP it will be clear what is wrong. */
function askByUdp(
  { address: { address, port }, signal }: Primary,
  conversation: Conversation,
): Promise<Soa | undefined> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  let done = (_soa?: Soa) => {};
  const stop = () => done();
  const timer = setTimeout(stop, UDP_MS);
  signal.addEventListener('abort', stop);
  return new Promise<Soa | undefined>((resolve) => {
    done = resolve;
    socket.on('error', stop);
    socket.on('message', (message) => {
      if (message.length < HEADER_LENGTH || id(message) !== conversation.id) return;
      done(hasFlag(message, TC) ? undefined : soaOrNot(conversation, message));
    });
    socket.on('connect', () => socket.send(conversation.request));
    // A connected socket takes datagrams from nobody else.
    socket.connect(port, address);
  }).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    socket.close();
  });
}

function soaOrNot(conversation: Conversation, message: Uint8Array): Soa | undefined {
  try {
    return conversation.readSoa(message);
  } catch {
    return undefined;
  }
}

/** Sends the request by TCP or TLS; `take` returns whether a message was the last. */
function converse(
  { address, tls, memory, maxTime, signal }: Primary,
  { request }: Conversation,
  take: (message: Uint8Array) => boolean,
): Promise<void> {
  signal.throwIfAborted();
  const frames = new FrameReader();
  let timer: NodeJS.Timeout | undefined;
  let stop = (_error?: Error) => {};
  const giveUp = () => stop(new PrimaryError('it was given up'));
  return new Promise<void>((resolve, reject) => {
    const socket = openStream(
      address,
      { tls, memory, timeout: IDLE_MS },
      { ready: () => socket.write(frame(request, request.length)), failed: reject },
    );
    stop = (error) => socket.destroy(error);
    timer = setTimeout(() => {
      reject(new PrimaryError(`it took more than ${maxTime / 1000} seconds, the limit of maxTime`));
    }, maxTime);
    signal.addEventListener('abort', giveUp);
    socket.setTimeout(IDLE_MS, () => {
      reject(new PrimaryError(`nothing came for ${IDLE_MS / 1000} seconds`));
    });
    let hasCome = false;
    socket.on('data', (chunk) => {
      hasCome = true;
      try {
        frames.push(chunk, (message) => {
          if (!socket.destroyed && take(Buffer.from(message))) {
            resolve();
            socket.destroy();
          }
        });
      } catch (error) {
        reject(error);
        socket.destroy();
      }
    });
    socket.on('close', () => {
      const isUnheard = address.tlsName !== undefined && !hasCome;
      reject(
        isUnheard ? unheard() : new PrimaryError('the connection was closed before all had come'),
      );
    });
  })
    .catch((error: Error) => {
      throw new PrimaryError(`${formatPrimary(address)}: ${error.message}`, { cause: error });
    })
    .finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      stop();
    });
}
