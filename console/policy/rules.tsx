import type { Report, RuleAsLoaded } from '../../src/admin/api/answers.ts';
import { useAnswer } from '../answered.ts';
import { Field } from '../field.tsx';
import { go, linkTo } from '../location.ts';
import type { PartProps } from '../pages/policy.tsx';
import { shownCount, shownTime } from '../shown.ts';
import { Table } from '../table.tsx';

const EVERY_MS = 60_000;
const COUNTED = { event: 'all', by: 'rule', top: '1000', most: '200000' };

/** Rules of the configuration: who owns them, why they are there, and whether anybody meets them. */
export function Rules({ policy, parameters }: PartProps) {
  const { answer: report, failure } = useAnswer<Report>('report', COUNTED, EVERY_MS);
  const { find = '' } = parameters;
  const rules = policy.rules.filter((rule) => textOf(rule).includes(find.toLowerCase()));
  const hits = new Map((report?.by['rule']?.rows ?? []).map((row) => [row.rule, row]));
  return (
    <>
      <form class="filter" onSubmit={(event) => event.preventDefault()} aria-label="Which rules">
        <Field label="Find">
          <input
            name="find"
            placeholder="netops"
            value={find}
            onChange={({ currentTarget }) =>
              go('policy', { part: 'rules', find: currentTarget.value })
            }
          />
        </Field>
      </form>
      <p role="status">{failure}</p>
      <Table
        caption={`${rules.length} of ${policy.rules.length} rules; hits among the ${report?.isCut === true ? 'latest ' : ''}decisions in the log`}
        columns={['Rule', 'Action', 'Where', 'Owner', 'Reason', 'Expires', 'Hits', 'Last (UTC)']}
        numbers={[6]}
        rows={rules.map((rule) => {
          const row = hits.get(rule.id);
          return [
            <a href={linkTo('decisions', { rule: rule.id })}>{rule.id}</a>,
            rule.mode === 'shadow' ? `${rule.action} (shadow)` : rule.action,
            `${rule.file}:${rule.line}`,
            rule.owner ?? '',
            rule.reason ?? '',
            <Expiry rule={rule} />,
            hitsOf(rule, report, row?.count),
            row === undefined ? '' : shownTime(row.last),
          ];
        })}
        empty="No rule is like that."
      />
    </>
  );
}

/** Whom a rule allows goes on to other layers: it ends no decision, and stands in no record. */
function hitsOf({ action }: RuleAsLoaded, report: Report | undefined, count = 0): string {
  if (report === undefined) return '…';
  return action === 'allow' && count === 0 ? '–' : shownCount(count);
}

function Expiry({ rule: { expires, hasExpired } }: { readonly rule: RuleAsLoaded }) {
  if (expires === undefined) return null;
  return hasExpired ? <b class="bad">! {expires}, expired</b> : <span>{expires}</span>;
}

function textOf({ id, file, line, layer, action, owner, reason }: RuleAsLoaded): string {
  return [id, `${file}:${line}`, layer, action, owner, reason].join('\n').toLowerCase();
}
