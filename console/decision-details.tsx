import { commandsOf, outcomeOf, plainWords } from '../src/api/plain-words.ts';
import type { DecisionRecord } from '../src/observe/decision-filter.ts';
import { linkTo } from './location.ts';

/** The whole record: in plain words, what to do next, and all of its fields. */
export function DecisionDetails({ decision }: { readonly decision: DecisionRecord }) {
  const { client = '', qname = '', qtype = '', transport = '', ref = '' } = decision;
  const question = { client, name: qname, type: qtype, transport };
  return (
    <section class="details" aria-label={`${outcomeOf(decision)}: ${qname}`}>
      {plainWords(decision).map((sentence) => (
        <p>{sentence}</p>
      ))}
      <p class="actions">
        {qname !== '' && <a href={linkTo('explain', question)}>Explain now</a>}
        {ref !== '' && <a href={linkTo('decisions', { ref })}>Link to this decision</a>}
        {client !== '' && <a href={linkTo('decisions', { client })}>All of this client</a>}
        {qname !== '' && <a href={linkTo('decisions', { name: qname })}>All of this name</a>}
        <a href={linkTo('policy', { try: '1' })}>What would change</a>
      </p>
      {commandsOf(decision).map((line) => (
        <Copyable line={line} />
      ))}
      <dl>
        {fieldsOf(decision).map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Copyable({ line }: { readonly line: string }) {
  return (
    <p class="command">
      <code>{line}</code>
      <button type="button" onClick={() => void navigator.clipboard?.writeText(line)}>
        Copy
      </button>
    </p>
  );
}

/** `rule.line` for fields within fields. */
function fieldsOf(value: object, path = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, field]): [string, string][] => {
    const name = path === '' ? key : `${path}.${key}`;
    if (typeof field === 'object' && field !== null) return fieldsOf(field, name);
    return [[name, String(field)]];
  });
}
