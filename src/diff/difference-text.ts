/** Changes as a change ticket describes them. */

import { SPECIAL_USE_ZONES } from '../policy/layers/special-use.ts';
import type { Change } from './changes.ts';
import type { Fate } from './fate.ts';

/** Clients and names that are shown of one change. */
const SHOWN = 8;
/** Names that are excepted from a change are many, and rarely the point. */
const EXCEPTED = 3;
const SPECIAL_USE: ReadonlySet<string> = new Set(SPECIAL_USE_ZONES.map((zone) => `${zone}.`));
/** What few ask for, and what no configuration decides. */
const RARE_TYPES: ReadonlySet<string> = new Set([
  ...['ANY', 'AXFR', 'IXFR'],
  ...['SOA', 'NS', 'DS', 'RESINFO'],
]);

const HEADINGS = {
  lose: 'lose what they had',
  gain: 'gain what they had not',
  change: 'are answered differently',
  reason: 'get the same answer, for another reason',
} as const;

type Kind = keyof typeof HEADINGS;

/** What `diff` has found between two policies, named by their hashes. */
export interface Difference {
  readonly hashes: readonly [string, string];
  readonly changes: readonly Change[];
  readonly settings: readonly string[];
  /** What would change besides if the rules in shadow mode were in force. */
  readonly shadow: readonly Change[];
  /** Also what follows from other changes. */
  readonly all: boolean;
}

export function formatDifference({ hashes, changes, settings, shadow, all }: Difference): string {
  const [before, after] = hashes;
  if (changes.length + settings.length + shadow.length === 0) {
    return before === after
      ? `no change: policy ${before}\n`
      : `no decision changes: policy ${before} -> ${after}\n`;
  }
  const parts = partsOf(changes, all);
  if (shadow.length > 0) {
    parts.push(
      `rules in shadow mode differ: in force they would make ${shadow.length} more changes; --as-enforced shows them\n`,
    );
  }
  if (settings.length > 0) parts.push(`settings that differ: ${settings.join(', ')}\n`);
  return `policy ${before} -> ${after}\n\n${parts.join('\n')}`;
}

/** Changes by themselves, all of them. */
export function formatChanges(changes: readonly Change[]): string {
  return partsOf(changes, true).join('\n');
}

function partsOf(changes: readonly Change[], all: boolean): string[] {
  const kinds = Object.keys(HEADINGS) as Kind[];
  const shown = all ? changes : changes.filter(isChief);
  const parts = kinds.flatMap((kind) => {
    const found = shown.filter((change) => kindOf(change) === kind);
    return found.length === 0 ? [] : [`${HEADINGS[kind]}:\n${found.map(formatChange).join('')}`];
  });
  const more = changes.length - shown.length;
  if (more > 0) parts.push(`and ${more} changes besides: --all shows them\n`);
  return parts;
}

/** What is asked every day and what somebody has configured. */
function isChief(change: Change): boolean {
  const { types, opcode, rd, transport, old, new: now } = change;
  if (opcode !== undefined || rd === false || transport === 'tcp') return false;
  if (types.every((type) => RARE_TYPES.has(type))) return false;
  if (old.layer === 'special-use' || now.layer === 'special-use') return false;
  return kindOf(change) !== 'reason';
}

function kindOf({ old, new: now }: Change): Kind {
  if (old.action === now.action && old.rcode === now.rcode && old.upstream === now.upstream) {
    return old.action === 'answer' ? 'change' : 'reason';
  }
  if (old.action === 'forward' && now.action !== 'forward') return 'lose';
  if (now.action === 'forward' && old.action !== 'forward') return 'gain';
  return 'change';
}

function formatChange(change: Change): string {
  const {
    clients,
    names,
    except,
    types,
    exceptTypes,
    rd,
    do: dnssecOk,
    transport,
    opcode,
  } = change;
  const limits = [
    types[0] === '*' ? '' : `type ${types.join(', ')}`,
    formatExcepted(exceptTypes ?? []),
    rd === undefined ? '' : `RD=${rd ? 1 : 0}`,
    dnssecOk === undefined ? '' : `DO=${dnssecOk ? 1 : 0}`,
    transport === undefined ? '' : `by ${transport.toUpperCase()}`,
    opcode ?? '',
  ].filter((limit) => limit !== '');
  const lines = [
    `clients  ${shortened(clients)}`,
    `names    ${shortened(names)}${formatExcept(except)}`,
    ...(limits.length > 0 ? [`only     ${limits.join('; ')}`] : []),
    `old      ${formatFate(change.old)}`,
    `new      ${formatFate(change.new)}`,
  ];
  return `${lines.map((line) => `  ${line}\n`).join('')}\n`;
}

/** Names of special use are always the same. */
function formatExcept(names: readonly string[]): string {
  const own = names.filter((name) => !SPECIAL_USE.has(name.replace(/^\*\./, '')));
  const special = own.length < names.length ? ['those of special use'] : [];
  const parts = [...(own.length > 0 ? [shortened(own, EXCEPTED)] : []), ...special];
  return parts.length === 0 ? '' : ` but ${parts.join(', and ')}`;
}

function formatExcepted(types: readonly string[]): string {
  const named = types.filter((type) => !RARE_TYPES.has(type));
  return named.length === 0 ? '' : `all types but ${named.join(', ')}`;
}

function shortened(items: readonly string[], most = SHOWN): string {
  const shown = items.slice(0, most).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

function formatFate({ rcode, action, layer, rule, file, line, upstream }: Fate): string {
  const place = line === undefined ? file : `${file}:${line}`;
  if (upstream !== undefined) return `forwarded to ${upstream}: ${rule} at ${place}`;
  return `${rcode ?? 'no answer'} (${action}) by ${layer}: ${rule} at ${place}`;
}
