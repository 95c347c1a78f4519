import { useState } from 'preact/hooks';
import { commandsOf, outcomeOf, plainWords } from '../src/admin/api/plain-words.ts';
import type { DecisionRecord } from '../src/observe/decision-filter.ts';
import { linkTo } from './location.ts';

/** The whole record: in plain words, what to do next, and all of its fields. */
export function DecisionDetails({ decision }: { readonly decision: DecisionRecord }) {
  const { client = '', qname = '', qtype = '', transport = '', ref = '' } = decision;
  const { listener = '' } = decision as { readonly listener?: string };
  const asked = { client, name: qname, type: qtype };
  const question = { ...asked, transport, listener };
  const isExplainable = qname !== '' && client !== '' && !client.includes('/');
  return (
    <section class="details" aria-label={`${outcomeOf(decision)}: ${qname}`}>
      {plainWords(decision).map((sentence) => (
        <p>{sentence}</p>
      ))}
      <p class="actions">
        {isExplainable && <a href={linkTo('explain', question)}>Explain now</a>}
        {isExplainable && (
          <a href={linkTo('policy', { part: 'candidate', ...asked })}>What would change</a>
        )}
        {ref !== '' && <a href={linkTo('decisions', { ref })}>Link to this decision</a>}
        {client !== '' && <a href={linkTo('decisions', { client })}>All of this client</a>}
        {qname !== '' && <a href={linkTo('decisions', { name: qname })}>All of this name</a>}
      </p>
      {commandsOf(decision).map((line) => (
        <Copyable line={line} />
      ))}
      <details>
        <summary>All fields</summary>
        <dl>
          {fieldsOf(decision).map(([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  );
}

function Copyable({ line }: { readonly line: string }) {
  const [words, setWords] = useState('Copy');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line);
      setWords('Copied');
    } catch {
      // Without TLS, off loopback, browsers have no clipboard for pages.
      setWords('Select it to copy');
    }
  };
  return (
    <p class="command">
      <code>{line}</code>
      <button type="button" onClick={() => void copy()}>
        {words}
        <span class="unseen"> {line}</span>
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
