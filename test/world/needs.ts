/** What not every machine has. */

/** With `RCODE5_PEERS=required` nothing may be passed over for want of it: so in CI. */
const isRequired: boolean = process.env['RCODE5_PEERS'] === 'required';

/** Ends a test or a suite that cannot run here: it is pending, or fails where all is required. */
export function passOver(context: Mocha.Context, why: string): never {
  if (isRequired) throw new Error(`RCODE5_PEERS=required, but ${why}`);
  return context.skip();
}
