import type { ComponentChildren } from 'preact';

interface TableProps {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** What stands there when there are no rows. */
  readonly empty: string;
  /** Columns of numbers, by their places. */
  readonly numbers?: readonly number[];
}

/** A table that a narrow page shows as a list: each value then has its column's name beside it. */
export function Table({ caption, columns, rows, empty, numbers = [] }: TableProps) {
  if (rows.length === 0) return <p class="nothing">{empty}</p>;
  const classOf = (at: number) => (numbers.includes(at) ? 'number' : undefined);
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {columns.map((column, at) => (
            <th scope="col" class={classOf(at)}>
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            {row.map((value, at) => (
              <td class={classOf(at)} data-column={columns[at]}>
                {value}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
