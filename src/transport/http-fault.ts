/** Why an HTTP request got no answer, in the few words that metrics have for it. */

export const HTTP_FAULTS = [
  'bad-request',
  'path',
  'method',
  'media-type',
  'length',
  'header-size',
  'coding',
  'protocol',
  'flood',
] as const;
export type HttpFault = (typeof HTTP_FAULTS)[number];

const OF_STATUS: Readonly<Record<number, HttpFault>> = {
  400: 'bad-request',
  404: 'path',
  405: 'method',
  413: 'length',
  415: 'media-type',
  431: 'header-size',
  501: 'coding',
};

/** The fault that a client is told by a status. */
export function faultOfStatus(status: number): HttpFault {
  return OF_STATUS[status] ?? 'protocol';
}

export class HttpFaults {
  readonly #totals: Map<HttpFault, number> = new Map(HTTP_FAULTS.map((fault) => [fault, 0]));

  add(fault: HttpFault): void {
    this.#totals.set(fault, this.#totals.get(fault)! + 1);
  }

  /** Each fault, whether there was one or not. */
  get counts(): readonly { readonly reason: HttpFault; readonly total: number }[] {
    return [...this.#totals].map(([reason, total]) => ({ reason, total }));
  }
}
