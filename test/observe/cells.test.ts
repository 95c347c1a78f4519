import { expect } from 'chai';
import {
  type Announcement,
  CellFamily,
  CellStore,
  HistogramCell,
  sumHistograms,
  sumSeries,
} from '../../src/observe/cells.ts';

function series(family: CellFamily) {
  return family.values().map(({ labels, value }) => ({ labels, value }));
}

describe('observe/cells CellFamily', () => {
  it('has no series before one is asked for', () => {
    expect(new CellFamily().values()).to.deep.equal([]);
  });

  it('has one series for the same labels', () => {
    const family = new CellFamily();
    family.cell({ layer: 'acl', rule: 'default' }).value++;
    family.cell({ layer: 'acl', rule: 'default' }).value++;
    family.cell({ layer: 'acl', rule: 'other' }).value++;
    expect(series(family)).to.deep.equal([
      { labels: { layer: 'acl', rule: 'default' }, value: 2 },
      { labels: { layer: 'acl', rule: 'other' }, value: 1 },
    ]);
  });

  it('tells apart labels whose texts run into each other', () => {
    const family = new CellFamily();
    const apart = [{ a: 'b","c":"d' }, { a: 'b', c: 'd' }, { a: '', c: 'bd' }];
    for (const labels of apart) family.cell(labels).value++;
    expect(family.values()).to.have.lengthOf(apart.length);
  });
});

describe('observe/cells HistogramCell', () => {
  it('counts each value in the first bucket that holds it', () => {
    const cell = new HistogramCell({ path: 'local' }, [1, 2, 5]);
    for (const value of [0, 1, 1.5, 2, 5, 5.001, 100]) cell.observe(value);
    expect([...cell.counts]).to.deep.equal([2, 2, 1, 2]);
    expect(cell.sum).to.be.closeTo(114.501, 1e-9);
  });
});

describe('observe/cells CellStore', () => {
  it('lets another thread read what one counts', () => {
    const store = new CellStore();
    const [family, histogram] = [
      new CellFamily('refused', store),
      new HistogramCell({}, [1], store),
    ];
    const announced: Announcement[] = [];
    store.announce = (announcement) => announced.push(announcement);
    const counted = [{ layer: 'acl' }, { layer: 'policy' }].map((labels) => family.cell(labels));
    family.cell({ layer: 'acl' });
    expect(announced.map(({ family: name, labels }) => [name, labels])).to.deep.equal([
      ['refused', { layer: 'acl' }],
      ['refused', { layer: 'policy' }],
    ]);

    const seen = new CellStore(store.buffer);
    const reader = new CellFamily('refused', seen);
    for (const { labels, index } of announced) reader.adopt(labels, index);
    for (const [i, cell] of counted.entries()) cell.value += i + 1;
    histogram.observe(0.5);
    expect(series(reader)).to.deep.equal([
      { labels: { layer: 'acl' }, value: 1 },
      { labels: { layer: 'policy' }, value: 2 },
    ]);
    expect(histogram.sum).to.equal(0.5);
  });

  it('counts on when there is no room for another series, so that the sum is right', () => {
    const store = new CellStore(new SharedArrayBuffer(2 * 8));
    const family = new CellFamily('refused', store);
    for (let i = 0; i < 5; i++) family.cell({ rule: String(i) }).value++;
    expect(family.values()).to.have.lengthOf(2);
    expect(family.values().reduce((sum, { value }) => sum + value, 0)).to.equal(5);
  });
});

describe('observe/cells sums', () => {
  it('put the series of several threads together', () => {
    const threads = [
      { labels: { layer: 'acl' }, value: 1 },
      { labels: { layer: 'policy' }, value: 2 },
      { labels: { layer: 'acl' }, value: 4 },
    ];
    expect(sumSeries(threads)).to.deep.equal([
      { labels: { layer: 'acl' }, value: 5 },
      { labels: { layer: 'policy' }, value: 2 },
    ]);
    expect(threads[0]!.value).to.equal(1);
  });

  it('put the histograms of several threads together', () => {
    const cells = [0.5, 3].map((value) => {
      const cell = new HistogramCell({ path: 'local' }, [1, 2]);
      cell.observe(value);
      cell.observe(2);
      return cell;
    });
    const { labels, bounds, counts, sum } = sumHistograms(cells);
    expect({ labels, bounds, sum }).to.deep.equal({
      labels: { path: 'local' },
      bounds: [1, 2],
      sum: 7.5,
    });
    expect([...Array.from(counts)]).to.deep.equal([1, 2, 1]);
  });
});
