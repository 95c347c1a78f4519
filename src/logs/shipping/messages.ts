/** What a thread that sends records is started with, is told and tells. */

import type { ReceiverKind } from './delivery.ts';
import type { ShipperCounts } from './shipper.ts';

export interface ShippingStart {
  /** The decision log; undefined where no file has the records. */
  readonly log: string | undefined;
  readonly to: { readonly kind: ReceiverKind };
  readonly node: string;
}

export type ToSendingThread =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'end' };

export type FromSendingThread =
  | { readonly kind: 'counts'; readonly counts: ShipperCounts }
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly why: string }
  | {
      readonly kind: 'refused';
      readonly count: number;
      readonly why: string;
      /** Whether they are in a file beside the log. */
      readonly isKept: boolean;
    };
