/** A stream to a primary: TCP, or TLS (RFC 9103), and what goes wrong with it in words. */

import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { PrimaryAddress } from '../config/primary-text.ts';
import type { FeedTls } from '../policy/rpz/transfer/transferred-zone.ts';
import { connectTls, type TlsSession } from '../transport/tls-client.ts';
import { handshakeFailure, type TlsFault, type TlsFaultReason } from '../transport/tls-fault.ts';
import { PrimaryError } from './conversation.ts';

/** RFC 9103 section 7.1. */
const PROTOCOLS = ['dot'];
/** Section 5.1, below which nothing is to be transferred. */
const TLS = 'TLSv1.3';

/** What the next connection to a primary may go on with, if the files are what they were. */
export interface TlsMemory {
  session?: TlsSession | undefined;
  files?: string;
}

/** It cannot be asked by TLS. */
export class TlsError extends PrimaryError {
  readonly reason: TlsFaultReason;

  constructor({ reason, evidence }: Pick<TlsFault, 'reason' | 'evidence'>) {
    super(
      reason === 'version'
        ? 'the server does not speak TLS 1.3, which transfers need (RFC 9103)'
        : evidence,
    );
    this.reason = reason;
  }
}

/**
 * With TLS 1.3 the handshake is over for us before a server has looked at our certificate: some,
 * like BIND 9.18, then close the connection and send no alert.
 */
export function unheard(): TlsError {
  const evidence =
    'the server closed the connection behind the TLS handshake, without an answer: it may miss a client certificate, or not accept it';
  return new TlsError({ reason: 'closed', evidence });
}

interface StreamEvents {
  /** The primary may be asked. */
  ready(): void;
  /** It cannot be asked, or no longer. */
  failed(error: Error): void;
}

/** Connects. Throws a PrimaryError for files that cannot be read. */
export function openStream(
  { address, port, tlsName }: PrimaryAddress,
  { tls, memory, timeout }: { tls: FeedTls; memory: TlsMemory; timeout: number },
  on: StreamEvents,
): Socket {
  if (tlsName === undefined) {
    const socket = connect({ host: address, port });
    socket.on('connect', () => on.ready());
    socket.on('error', (error) => on.failed(error));
    return socket;
  }
  const ca = tls.ca && readPem(tls.ca);
  const identity = tls.identity && {
    certificate: readPem(tls.identity.certificate),
    key: readPem(tls.identity.key),
  };
  const files = JSON.stringify([ca, identity]);
  if (memory.files !== files) memory.session = undefined;
  memory.files = files;
  const socket = connectTls(
    {
      remote: { address, port },
      trust: { name: tlsName, ca, pins: tls.pins },
      protocols: PROTOCOLS,
      minVersion: TLS,
      timeout,
      identity,
      session: memory.session,
    },
    {
      secured: () => on.ready(),
      failed(fault) {
        memory.session = undefined;
        on.failed(new TlsError(fault));
      },
      resumable(next) {
        memory.session = next;
      },
    },
  );
  // With TLS 1.3 a server looks at the client's certificate when the handshake is over for us.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const isOfTls = error.code?.startsWith('ERR_SSL_') === true;
    on.failed(isOfTls ? new TlsError(handshakeFailure(error.code!, error.message)) : error);
  });
  return socket;
}

/** Read for each connection: they are renewed while the zone is kept. */
function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new PrimaryError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
