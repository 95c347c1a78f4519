/**
 * The engine's shell over node:dgram, node:net and node:tls: it moves octets, and sends what the engine
 * replies when the records are with the kernel.
 */

import { now } from '../clock.ts';
import { type ListenAddress, streamOf, takesDatagrams } from '../config/listen.ts';
import type { Engine, Outbox } from '../engine/engine.ts';
import type { Upstream } from '../forward/upstream.ts';
import { type Endpoint, formatAddress } from '../net/address.ts';
import type { Remote } from '../transport/channels.ts';
import { DOH_PROTOCOLS } from '../transport/doh-dialect.ts';
import type { ForwardedClient } from '../transport/forwarded.ts';
import type { HandshakeFault } from '../transport/handshake-fault.ts';
import { HttpFaults } from '../transport/http-fault.ts';
import { PortableChannels } from '../transport/portable-channels.ts';
import { listenTcp, type TcpListener, type TcpProxies } from '../transport/tcp.ts';
import type { TcpClient } from '../transport/tcp-connection.ts';
import { TlsHandshakes, type TlsIdentity } from '../transport/tls-handshakes.ts';
import { type Datagrams, listenUdp } from '../transport/udp-portable.ts';
import { BUFFER_LENGTH } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import { ClientSource } from './client-source.ts';
import { httpAt } from './forwarded-gate.ts';
import { freshnessOf } from './freshness.ts';
import { ProxyGate, speakFor } from './proxy-gate.ts';

/** Milliseconds between two looks at what has timed out. */
const TICK_MS = 25;
/** Milliseconds that queries in flight get when the server stops. */
const DRAIN_MS = 4000;
/** How many free ports are tried before there seems to be none for both UDP and TCP. */
const PORT_TRIES = 10;

interface Listener {
  readonly served: ListenAddress;
  /** Undefined where data threads serve the datagrams. */
  readonly udp: Datagrams | undefined;
  readonly tcp: TcpListener;
  /** Of one that speaks TLS. */
  readonly handshakes: TlsHandshakes | undefined;
}

/** How a query came. */
type By = Pick<Query, 'listener' | 'transport' | 'connection'>;

/** ALPN of DNS over TLS (RFC 7858). */
const DOT_PROTOCOLS = ['dot'];

/** What of an address to serve. */
export type Served = 'udp and tcp' | 'tcp';

export class PortableShell implements Outbox {
  readonly #upstreams: readonly Upstream[];
  readonly #flushRecords: () => void;
  /** Whether other processes may listen on the same addresses. */
  readonly isShared: boolean;
  readonly #listeners: Listener[] = [];
  readonly #buffer: Uint8Array = new Uint8Array(BUFFER_LENGTH);
  readonly channels: PortableChannels;
  /** Datagrams. */
  #replies: (() => void)[] = [];
  #scheduled = false;
  #draining = false;
  /** Requests by HTTP that got no answer. */
  readonly httpFaults: HttpFaults = new HttpFaults();
  readonly #source: ClientSource = new ClientSource();
  #engine: Engine | undefined;
  #ticking: NodeJS.Timeout | undefined;
  /** A TLS handshake has failed. */
  unsecured: (fault: HandshakeFault, client: TcpClient, listener: ListenAddress) => void = () => {};

  /**
   * `servers` is the table of upstreams by number; `flushRecords` writes the decision log. When
   * it `isShared`, other processes that share may listen on the same addresses.
   */
  constructor(upstreams: readonly Upstream[], flushRecords: () => void, isShared: boolean) {
    this.#upstreams = upstreams;
    this.#flushRecords = flushRecords;
    this.isShared = isShared;
    this.channels = new PortableChannels({
      answered: (upstream, channel, octets) => this.#onAnswer(upstream, channel, octets),
      ended: (upstream, channel, end) =>
        this.#engine!.channelEnded(this.#upstreams[upstream]!, channel, end, now()),
      failed: (upstream, channel, id, reason) => {
        const from = { upstream: this.#upstreams[upstream]!, channel };
        this.#engine!.questionFailed(id, reason, from, now());
      },
      secured: (upstream, peer) => this.#upstreams[upstream]!.wasSecured(peer),
      unsecured: (upstream, reason) =>
        this.#engine!.handshakeFailed(this.#upstreams[upstream]!, reason),
    });
  }

  /** Serves an address; rejects when it cannot be had. */
  async listen(
    endpoint: ListenAddress,
    engine: Engine,
    { served, identities }: { served: Served; identities: readonly TlsIdentity[] | undefined },
  ): Promise<void> {
    this.#engine = engine;
    this.#ticking ??= setInterval(() => {
      engine.tick(now());
      this.channels.tick();
    }, TICK_MS);
    const index = this.#listeners.length;
    for (let tries = 1; this.#listeners.length === index; tries++) {
      const protocols = endpoint.path === undefined ? DOT_PROTOCOLS : DOH_PROTOCOLS;
      const handshakes = identities && new TlsHandshakes(protocols, identities);
      await this.#open(index, endpoint, served, handshakes).catch(
        (error: NodeJS.ErrnoException) => {
          // A port that was free for UDP may be in use for TCP: then it is another's turn.
          const isAnyPort = endpoint.port === 0 && error.code === 'EADDRINUSE';
          if (!isAnyPort || tries === PORT_TRIES) throw error;
        },
      );
    }
  }

  /** Shows other certificates at the listener that was started with this address, if there is one. */
  identify({ address, port }: Endpoint, identities: readonly TlsIdentity[]): void {
    for (const { served, handshakes } of this.#listeners) {
      if (served.address === address && served.port === port) handshakes?.use(identities);
    }
  }

  /** Where it listens, by listener index: with the port that was free for a port of 0. */
  get endpoints(): ListenAddress[] {
    return this.#listeners.map(({ served, tcp: { port } }) => ({ ...served, port }));
  }

  get rejectedConnections(): number {
    return this.#listeners.reduce((sum, { tcp }) => sum + tcp.rejected, 0);
  }

  /** Takes no more queries, answers those in flight, and lets go of all sockets. */
  async close(): Promise<void> {
    this.#draining = true;
    for (const { tcp } of this.#listeners) tcp.close();
    const deadline = now() + DRAIN_MS;
    while ((this.#engine?.inFlight ?? 0) > 0 && now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    clearInterval(this.#ticking);
    this.#engine?.abandon(now());
    this.#deliver();
    for (const { udp } of this.#listeners) udp?.close();
    this.channels.close();
  }

  async #open(
    index: number,
    listen: ListenAddress,
    served: Served,
    handshakes: TlsHandshakes | undefined,
  ): Promise<void> {
    const { address, port, proxies } = listen;
    const gate = proxies === undefined ? undefined : new ProxyGate(proxies);
    const shared = this.isShared;
    // A socket that shares, only to see whether it can be had, would take queries away.
    const tries = served === 'udp and tcp' || !shared || port === 0;
    const udp =
      tries && takesDatagrams(listen)
        ? await this.#openUdp(index, { address, port }, gate)
        : undefined;
    try {
      const security = handshakes && {
        handshakes,
        failed: (fault: HandshakeFault, client: TcpClient) => this.unsecured(fault, client, listen),
      };
      const http = httpAt(listen, this.httpFaults, () => this.#engine!.ignore('forwarded-header'));
      const through = { proxies: this.#through(gate), security, ...http };
      const from = { address, port: udp?.port ?? port, shared, ...through };
      const tcp = await listenTcp(from, {
        message: (octets, client, connection, asks) =>
          this.#onMessage(octets, client, { listener: index, connection }, asks),
        touched: () => this.#schedule(),
      });
      const datagrams = served === 'tcp' ? undefined : udp;
      this.#listeners[index] = { served: listen, udp: datagrams, tcp, handshakes };
      // Data threads open the address themselves: it has turned out that it can be had.
      if (served === 'tcp') udp?.close();
    } catch (error) {
      udp?.close();
      throw error;
    }
  }

  /** What a TCP listener needs of the proxies that it is behind. */
  #through(gate: ProxyGate | undefined): TcpProxies | undefined {
    return (
      gate && {
        trusts: (address) => gate.trusts(address),
        createHeader: () => gate.createHeader(),
        faulty: (fault) => this.#engine!.ignore(fault),
      }
    );
  }

  #openUdp(index: number, endpoint: Endpoint, gate?: ProxyGate): Promise<Datagrams> {
    return listenUdp({ ...endpoint, shared: this.isShared }, (octets, remote) =>
      this.#onDatagram(index, octets, remote, gate),
    );
  }

  #onDatagram(index: number, octets: Buffer, remote: Remote, gate?: ProxyGate): void {
    const engine = this.#engine!;
    if (this.#draining) return;
    this.#setClient(remote, { listener: index, transport: 'udp', connection: 0 });
    const start = gate === undefined ? 0 : gate.admit(engine.query, octets, octets.length);
    if (typeof start === 'string') return engine.ignore(start);
    this.#receive(octets.subarray(start));
  }

  #onMessage(
    octets: Buffer,
    client: TcpClient,
    by: Omit<By, 'transport'>,
    asks?: ForwardedClient,
  ): void {
    if (this.#draining) return;
    const transport = streamOf(this.#listeners[by.listener]!.served);
    this.#setClient(client, { ...by, transport });
    const named = asks ?? client.proxy;
    if (named !== undefined) speakFor(this.#engine!.query, named);
    this.#receive(octets);
  }

  /** Who asks: the other end, unless a proxy's header names another. */
  #setClient(remote: Remote, by: By): void {
    const { query } = this.#engine!;
    this.#source.set(remote.address, query);
    query.port = remote.port;
    query.listener = by.listener;
    query.transport = by.transport;
    query.connection = by.connection;
    query.isProxied = false;
  }

  #receive(octets: Buffer): void {
    this.#buffer.set(octets);
    this.#engine!.receive(this.#buffer, octets.length, now());
  }

  more(query: Query, octets: Uint8Array, length: number): void {
    this.#listeners[query.listener]!.tcp.more(query.connection, octets, length);
    this.#schedule();
  }

  reply(query: Query, octets: Uint8Array, length: number): void {
    const { udp, tcp } = this.#listeners[query.listener]!;
    if (query.isByStream) {
      const maxAge = query.transport === 'doh' ? freshnessOf(octets, length) : undefined;
      tcp.reply(query.connection, octets, length, maxAge);
    } else {
      const copy = octets.slice(0, length);
      const { sender } = query;
      const { port } = sender;
      const address = formatAddress(sender.family, sender.address) + sender.zoneId;
      this.#replies.push(() => udp!.send(copy, length, address, port));
    }
    this.#schedule();
  }

  drop(query: Query): void {
    if (query.isByStream) this.#listeners[query.listener]!.tcp.drop(query.connection);
    // It may have a record.
    this.#schedule();
  }

  end(query: Query): void {
    this.#listeners[query.listener]!.tcp.end(query.connection);
    this.#schedule();
  }

  /** All that one turn of the event loop brings shares one write of records. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    this.#scheduled = false;
    this.#flushRecords();
    const replies = this.#replies;
    this.#replies = [];
    for (const send of replies) send();
    for (const { tcp } of this.#listeners) tcp.flush();
  }

  #onAnswer(upstream: number, channel: number, octets: Buffer): boolean {
    this.#buffer.set(octets);
    const from = { upstream: this.#upstreams[upstream]!, channel };
    return this.#engine!.response(this.#buffer, octets.length, from, now());
  }
}
