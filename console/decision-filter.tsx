/** What decisions are shown: the fields of the form are the parameters of the page's URL. */

import { go } from './location.ts';

const FIELDS = [
  { name: 'client', label: 'Client', hint: '10.0.0.5 or 10.0.0.0/24' },
  { name: 'group', label: 'Group', hint: '' },
  { name: 'name', label: 'Name', hint: 'example.com' },
  { name: 'event', label: 'Event', hint: 'refused' },
  { name: 'layer', label: 'Layer', hint: 'acl' },
  { name: 'rule', label: 'Rule', hint: '' },
  { name: 'type', label: 'Type', hint: 'AAAA' },
  { name: 'rcode', label: 'RCODE', hint: 'REFUSED' },
  { name: 'upstream', label: 'Upstream', hint: '192.0.2.1' },
  { name: 'ref', label: 'Reference', hint: '' },
  { name: 'since', label: 'Since', hint: '1h' },
  { name: 'until', label: 'Until', hint: '' },
] as const;

export const FILTERS: readonly string[] = FIELDS.map(({ name }) => name);

type Parameters = Readonly<Record<string, string>>;

/** Those parameters of the page that select decisions. */
export function filterOf(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => FILTERS.includes(name)));
}

export function DecisionFilter({ parameters }: { readonly parameters: Parameters }) {
  const apply = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    go('decisions', Object.fromEntries([...form].map(([name, value]) => [name, String(value)])));
  };
  return (
    <form class="filter" onSubmit={apply} aria-label="Which decisions">
      {FIELDS.map(({ name, label, hint }) => (
        <label>
          {label}
          <input name={name} placeholder={hint} value={parameters[name] ?? ''} />
        </label>
      ))}
      <button type="submit">Show</button>
      <button type="button" onClick={() => go('decisions')}>
        Show all
      </button>
    </form>
  );
}
