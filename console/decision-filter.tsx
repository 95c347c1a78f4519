/** What decisions are shown: the fields of the form are the parameters of the page's URL. */

import { LAYERS } from '../src/decision/layers.ts';
import { Field } from './field.tsx';
import { go } from './location.ts';

const EVENTS = ['refused', 'blocked', 'dropped', 'truncated', 'shadow', 'failed', 'answered'];

interface FilterField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly choices?: readonly string[];
}

const FIRST: readonly FilterField[] = [
  { name: 'client', label: 'Client', hint: '10.0.0.5' },
  { name: 'name', label: 'Name', hint: 'example.com' },
  { name: 'event', label: 'What happened', choices: EVENTS },
  { name: 'layer', label: 'Layer', choices: LAYERS },
  { name: 'since', label: 'Since', hint: '1h' },
];
const MORE: readonly FilterField[] = [
  { name: 'until', label: 'Until', hint: '10m, or a time' },
  { name: 'group', label: 'Group', hint: 'of clients' },
  { name: 'rule', label: 'Rule', hint: 'acl.query 10.0.0.0/8' },
  { name: 'type', label: 'Type', hint: 'AAAA' },
  { name: 'rcode', label: 'RCODE', hint: 'REFUSED' },
  { name: 'upstream', label: 'Upstream', hint: '192.0.2.1' },
  { name: 'node', label: 'Server', hint: 'ns1.site-a' },
  { name: 'ref', label: 'Reference', hint: 'as in the EDE text' },
];

/** Where decisions are looked for: it has no field, but stays when others change. */
const FROM = 'from';
const FILTERS: readonly string[] = [
  ...FIRST.map(({ name }) => name),
  ...MORE.map(({ name }) => name),
  FROM,
];

type Parameters = Readonly<Record<string, string>>;

/** Those parameters of the page that select decisions. */
export function filterOf(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => FILTERS.includes(name)));
}

export function DecisionFilter({ parameters }: { readonly parameters: Parameters }) {
  const apply = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const given = [...form].map(([name, value]) => [name, String(value).trim()]);
    go('decisions', Object.fromEntries(given));
  };
  const isMore = MORE.some(({ name }) => parameters[name] !== undefined);
  return (
    <form onSubmit={apply} aria-label="Which decisions">
      <input type="hidden" name={FROM} value={parameters[FROM] ?? ''} />
      <div class="filter">
        {FIRST.map((field) => (
          <FilterControl field={field} value={parameters[field.name]} />
        ))}
        <button type="submit" class="main">
          Show
        </button>
        <button type="button" onClick={() => go('decisions')}>
          Show all
        </button>
      </div>
      <details open={isMore}>
        <summary>More filters</summary>
        <div class="filter">
          {MORE.map((field) => (
            <FilterControl field={field} value={parameters[field.name]} />
          ))}
        </div>
      </details>
    </form>
  );
}

function FilterControl({
  field: { name, label, hint, choices },
  value = '',
}: {
  readonly field: FilterField;
  readonly value: string | undefined;
}) {
  return (
    <Field label={label}>
      {choices === undefined ? (
        <input name={name} placeholder={hint} value={value} />
      ) : (
        <select name={name}>
          <option value="">any</option>
          {choices.map((choice) => (
            <option value={choice} selected={choice === value}>
              {choice}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
