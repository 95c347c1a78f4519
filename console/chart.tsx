/** Lines over time; what they show can be read by keys and as a table, and without colours. */

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { shownRate } from './shown.ts';
import { Table } from './table.tsx';

export interface Line {
  readonly label: string;
  readonly values: readonly number[];
}

interface ChartProps {
  readonly title: string;
  /** Beside the title: what chooses the lines. */
  readonly control?: ComponentChildren;
  /** Seconds since the epoch. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

const HEIGHT = 170;
/** A server that has just been started has one point, and needs an axis all the same. */
const LEAST_SECONDS = 120;
const FEW_POINTS = 4;
/** Seconds between the times on the axis, which have no seconds. */
const MINUTES = [60, 120, 300, 600, 900, 1800, 3600];
/** Rows of the table: the latest. */
const ROWS = 12;
/** Each line has its own dashes: colours are not for everybody, nor for every printer. */
const DASHES: readonly number[][] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [1, 5]];

export const MOST_LINES: number = DASHES.length;

export function Chart({ title, control, times, lines }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [at, setAt] = useState<number | null>(null);
  const labels = lines.map(({ label }) => label).join('\n');
  useEffect(() => {
    const element = place.current!;
    const made = new uPlot(optionsOf(element, lines, setAt), dataOf(times, lines), element);
    plot.current = made;
    const fit = new ResizeObserver(() => made.setSize(sizeOf(element)));
    fit.observe(element);
    const stop = whenColoursChange(() => made.redraw());
    return () => {
      stop();
      fit.disconnect();
      made.destroy();
    };
  }, [labels]);
  useEffect(() => plot.current?.setData(dataOf(times, lines)), [times, lines]);
  const step = (by: number) => {
    const index = Math.min(Math.max((at ?? times.length - 1) + by, 0), times.length - 1);
    const left = plot.current?.valToPos(times[index] ?? 0, 'x') ?? 0;
    plot.current?.setCursor({ left, top: 1 });
    setAt(index);
  };
  const shown = at ?? times.length - 1;
  return (
    <figure class="chart">
      <figcaption>
        {title} {control}
      </figcaption>
      <div
        ref={place}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move along the lines
        tabIndex={0}
        aria-label={`${title}: ${lines.map(({ label }) => label).join(', ')}. Arrow keys go through the times; a table is below.`}
        onKeyDown={({ key }) => {
          if (key === 'ArrowLeft') step(-1);
          if (key === 'ArrowRight') step(1);
        }}
      />
      <p class="legend" aria-live={at === null ? 'off' : 'polite'}>
        <span class="when">{clockOf(times[shown])}</span>
        {lines.map(({ label, values }, i) => (
          <span class="entry">
            <Swatch line={i} /> {label} <b>{shownRate(values[shown] ?? 0)}</b>
          </span>
        ))}
      </p>
      <details>
        <summary>As a table</summary>
        <Table
          caption={`${title}, the latest`}
          columns={['Time (UTC)', ...lines.map(({ label }) => label)]}
          numbers={lines.map((_, i) => i + 1)}
          rows={times
            .map((time, i) => [clockOf(time), ...lines.map((one) => shownRate(one.values[i] ?? 0))])
            .slice(-ROWS)
            .toReversed()}
          empty="Nothing yet."
        />
      </details>
    </figure>
  );
}

function Swatch({ line }: { readonly line: number }) {
  return (
    <svg class={`line-${line}`} width="26" height="8" aria-hidden="true">
      <line x1="0" y1="4" x2="26" y2="4" stroke-dasharray={DASHES[line]?.join(' ')} />
    </svg>
  );
}

function clockOf(seconds: number | undefined): string {
  return seconds === undefined ? '' : new Date(seconds * 1000).toISOString().slice(11, 19);
}

function dataOf(times: readonly number[], lines: readonly Line[]): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])];
}

function sizeOf({ clientWidth }: HTMLElement) {
  return { width: clientWidth, height: HEIGHT };
}

/** By what was measured: to one time alone uPlot would add the day after it. */
function spanOf(seconds: ArrayLike<number>): [number, number] {
  const last = seconds[seconds.length - 1] ?? Date.now() / 1000;
  return [Math.min(seconds[0] ?? last, last - LEAST_SECONDS), last];
}

function optionsOf(
  element: HTMLElement,
  lines: readonly Line[],
  moved: (at: number | null) => void,
): uPlot.Options {
  // Colours are asked for when they are drawn: the scheme may change, and a printer has its own.
  const colour = (name: string) => () => colourOf(element, name);
  const axis = { stroke: colour('--ink-soft'), font: '11px system-ui, sans-serif' };
  const grid = { stroke: colour('--rule'), width: 1 };
  return {
    ...sizeOf(element),
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: { range: ({ data: [seconds] }) => spanOf(seconds) },
      y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, 1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        ticks: grid,
        values: '{HH}:{mm}',
        incrs: MINUTES,
        space: 60,
      },
      { ...axis, grid, ticks: { show: false }, size: 44 },
    ],
    series: [
      {},
      ...lines.map(({ label }, i) => ({
        label,
        stroke: colour(`--line-${i}`),
        width: 1.5,
        dash: DASHES[i] ?? [],
        points: { show: ({ data }: uPlot) => data[0].length < FEW_POINTS, size: 5 },
      })),
    ],
    hooks: { setCursor: [({ cursor: { idx } }) => moved(idx ?? null)] },
  };
}

/** What a colour of the style sheet is at the moment: its property has one for light and for dark. */
function colourOf(element: HTMLElement, name: string): string {
  element.style.color = `var(${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = '';
  return color;
}

/** Calls back when the page becomes light or dark, or goes to a printer. */
function whenColoursChange(changed: () => void): () => void {
  const queries = ['(prefers-color-scheme: dark)', 'print'].map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener('change', changed);
  return () => {
    for (const query of queries) query.removeEventListener('change', changed);
  };
}
