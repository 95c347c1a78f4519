/** THE ORDER: what a query meets before it is forwarded. */

import type { Layer } from './layer.ts';
import type { PolicyParts, ViewParts } from './layer-parts.ts';
import { compileAcl } from './layers/acl.ts';
import { compileAny } from './layers/any.ts';
import { compileIdentity } from './layers/identity.ts';
import { compileLocal } from './layers/local.ts';
import { compileNotify } from './layers/notify.ts';
import { compilePolicies } from './layers/policy.ts';
import { compileProtocol } from './layers/protocol.ts';
import { compileRateLimit } from './layers/rate-limit.ts';
import { compileRecursion } from './layers/recursion.ts';
import { compileRoute } from './layers/route.ts';
import { compileSpecialUse } from './layers/special-use.ts';
import { compileTransfer } from './layers/transfer.ts';
import { compileUpdate } from './layers/update.ts';

/** A layer is compiled once, or for each view. */
type Compile =
  | { readonly once: (parts: PolicyParts) => Layer }
  | { readonly forView: (parts: ViewParts) => Layer };

/** The first layer with a verdict decides; a query without one is forwarded. */
export const ORDER: readonly Compile[] = [
  { once: compileProtocol },
  { forView: compileAcl },
  { forView: compileTransfer },
  { forView: compileUpdate },
  { forView: compileNotify },
  { once: compileRateLimit },
  { forView: compileRecursion },
  { once: compileLocal },
  { once: compileIdentity },
  { forView: compileSpecialUse },
  { forView: compilePolicies },
  { once: compileAny },
  { forView: compileRoute },
];
