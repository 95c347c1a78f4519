/** What is counted of the queries: the numbers behind the metrics. */

import {
  type ChannelLoss,
  type Ignored,
  ORIGINS,
  type Origin,
  type Outcome,
} from '../decision/outcome.ts';
import type { RefusalCause, Scope } from '../decision/upstream-refusal.ts';
import type { Verdict } from '../decision/verdict.ts';
import { CLIENT_TRANSPORTS, type ClientTransport } from '../wire/client-transport.ts';
import type { Query, Transport } from '../wire/query.ts';
import { formatRcode, formatType, Rcode, RrType } from '../wire/registry.ts';
import { type Announcement, type Cell, CellFamily, CellStore, HistogramCell } from './cells.ts';

/** Rules that have a series of their own; those beyond share `other`. */
const MAX_RULES = 500;

/** Seconds. */
const BOUNDS: readonly number[] = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

/** Types with a series of their own: what clients commonly ask. */
const COUNTED_TYPES: ReadonlySet<number> = new Set([
  RrType.A,
  RrType.AAAA,
  RrType.ANY,
  RrType.AXFR,
  RrType.CNAME,
  RrType.DNSKEY,
  RrType.DS,
  RrType.HTTPS,
  RrType.IXFR,
  RrType.MX,
  RrType.NAPTR,
  RrType.NS,
  RrType.PTR,
  RrType.SOA,
  RrType.SRV,
  RrType.SVCB,
  RrType.TXT,
]);

/** What one verdict counts under, by numbers that are quick to compute. */
interface VerdictCells {
  readonly refused: Map<number, Cell>;
  readonly responses: Map<number, Cell>;
  readonly hits: Cell | undefined;
}

/** Counters by their names between threads. */
type Families = Readonly<
  Record<
    | 'queries'
    | 'responses'
    | 'refused'
    | 'policyHits'
    | 'ignoredPackets'
    | 'upstreamResponses'
    | 'upstreamRefused'
    | 'channelsLost',
    CellFamily
  >
>;

export class Statistics {
  readonly families: Families;
  readonly upstreamRtt: HistogramCell;
  readonly responseTimes: Readonly<Record<Origin, HistogramCell>>;

  /** Client groups by their index. */
  groups: readonly string[] = [];
  readonly #byTransport: Readonly<Record<ClientTransport, Cell>>;
  readonly #verdicts: WeakMap<Verdict, VerdictCells> = new WeakMap();
  readonly #rules: Set<string> = new Set();
  /** By upstream and rcode: every answer counts in one of them. */
  readonly #answers: Map<string, Map<number, Cell>> = new Map();

  /** Numbers in `store`: new ones, or those that another thread counts in. */
  constructor(store: CellStore = new CellStore()) {
    const family = (name: string) => new CellFamily(name, store);
    this.families = {
      queries: family('queries'),
      responses: family('responses'),
      refused: family('refused'),
      policyHits: family('policyHits'),
      ignoredPackets: family('ignoredPackets'),
      upstreamResponses: family('upstreamResponses'),
      upstreamRefused: family('upstreamRefused'),
      channelsLost: family('channelsLost'),
    };
    this.upstreamRtt = new HistogramCell({}, BOUNDS, store);
    const times = ORIGINS.map(
      (path) => [path, new HistogramCell({ path }, BOUNDS, store)] as const,
    );
    this.responseTimes = Object.fromEntries(times) as Record<Origin, HistogramCell>;
    const byTransport = CLIENT_TRANSPORTS.map(
      (transport) => [transport, this.families.queries.cell({ transport })] as const,
    );
    this.#byTransport = Object.fromEntries(byTransport) as Record<ClientTransport, Cell>;
  }

  /** A series that another thread has begun to count in. */
  adopt({ family, labels, index }: Announcement): void {
    this.families[family as keyof Families].adopt(labels, index);
  }

  received(query: Query): void {
    this.#byTransport[query.transport].value++;
  }

  ignored(reason: Ignored): void {
    this.families.ignoredPackets.cell({ reason }).value++;
  }

  upstreamAnswered(upstream: string, rcode: number, rttMs: number): void {
    this.#answersOf(upstream, rcode).value++;
    this.upstreamRtt.observe(rttMs / 1000);
  }

  upstreamWasRefused(upstream: string, verdict: RefusalCause, scope: Scope): void {
    this.families.upstreamRefused.cell({ upstream, verdict, scope }).value++;
  }

  channelLost(upstream: string, transport: Transport, loss: ChannelLoss): void {
    this.families.channelsLost.cell({ upstream, transport, loss }).value++;
  }

  decided(query: Query, outcome: Outcome, now: number): void {
    const { verdict } = outcome;
    const cells = this.#cellsOf(verdict);
    if (cells.hits !== undefined) cells.hits.value++;
    if (verdict.action === 'drop') return;
    this.#response(cells, query, outcome).value++;
    this.responseTimes[outcome.origin].observe((now - query.receivedAt) / 1000);
    if (outcome.rcode === Rcode.REFUSED) this.#refusal(cells, query, outcome).value++;
  }

  /** What a rule in shadow mode would have done. */
  shadowed(verdict: Verdict): void {
    const { hits } = this.#cellsOf(verdict);
    if (hits !== undefined) hits.value++;
  }

  #answersOf(upstream: string, rcode: number): Cell {
    const known = this.#answers.get(upstream)?.get(rcode);
    if (known !== undefined) return known;
    const cell = this.families.upstreamResponses.cell({ upstream, rcode: formatRcode(rcode) });
    const cells = this.#answers.get(upstream) ?? new Map();
    this.#answers.set(upstream, cells.set(rcode, cell));
    return cell;
  }

  #response({ responses }: VerdictCells, query: Query, outcome: Outcome): Cell {
    const by = CLIENT_TRANSPORTS.indexOf(query.transport);
    const key = outcome.rcode * CLIENT_TRANSPORTS.length + by;
    let cell = responses.get(key);
    if (cell === undefined) {
      const { layer } = outcome.verdict;
      const rcode = formatRcode(outcome.rcode);
      cell = this.families.responses.cell({ rcode, layer, transport: query.transport });
      responses.set(key, cell);
    }
    return cell;
  }

  #refusal({ refused }: VerdictCells, query: Query, outcome: Outcome): Cell {
    const { verdict, origin, group } = outcome;
    const type = COUNTED_TYPES.has(query.qtype) ? query.qtype : 0;
    const key = ((group + 1) * 0x10000 + type) * ORIGINS.length + ORIGINS.indexOf(origin);
    let cell = refused.get(key);
    if (cell === undefined) {
      cell = this.families.refused.cell({
        layer: verdict.layer,
        origin,
        rule: this.#ruleLabel(verdict),
        client_group: this.groups[group] ?? 'none',
        qtype: type === 0 ? 'other' : formatType(type),
      });
      refused.set(key, cell);
    }
    return cell;
  }

  /** Of a verdict with a million names, the policy. */
  #ruleLabel({ rule, named, policy }: Verdict): string {
    const label = named ? (policy ?? rule.id) : rule.id;
    if (!this.#rules.has(label) && this.#rules.size >= MAX_RULES) return 'other';
    this.#rules.add(label);
    return label;
  }

  #cellsOf(verdict: Verdict): VerdictCells {
    const known = this.#verdicts.get(verdict);
    if (known !== undefined) return known;
    const { policy, action } = verdict;
    const mode = verdict.isShadow === true ? 'shadow' : 'enforce';
    const hits =
      policy === undefined ? undefined : this.families.policyHits.cell({ policy, action, mode });
    const made = { refused: new Map(), responses: new Map(), hits };
    this.#verdicts.set(verdict, made);
    return made;
  }
}
