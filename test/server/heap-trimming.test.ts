import { expect } from 'chai';
import { type HeapHost, HeapTrimming } from '../../src/server/heap-trimming.ts';

const MIB = 1 << 20;
const BUSY = 60;
const IDLE = 1;

/** A process whose memory and CPU are given for each look; each trim gives 3 MiB back. */
class PlayedProcess implements HeapHost {
  readonly calls: string[] = [];
  #resident = 100 * MIB;
  #cpu = 0;
  readonly #trimming: HeapTrimming = new HeapTrimming(this);

  resident(): number {
    return this.#resident;
  }

  cpu(): number {
    return this.#cpu;
  }

  trim(): void {
    this.calls.push(`trim ${this.#resident / MIB}`);
    this.#resident -= 3 * MIB;
  }

  collect(): void {
    this.calls.push('collect');
  }

  releaseProgram(): void {
    this.calls.push('release');
  }

  look({ resident = this.#resident / MIB, cpu = BUSY } = {}): void {
    this.#resident = resident * MIB;
    this.#cpu += cpu;
    this.#trimming.look({ settle: () => this.calls.push('settle') });
  }
}

describe('server/heap-trimming', () => {
  it('gives memory back when the process has grown by 8 MiB since the last time', () => {
    const played = new PlayedProcess();
    for (const resident of [100, 107, 108, 112, 113, 120, 90, 118, 130]) played.look({ resident });
    expect(played.calls).to.deep.equal([108, 113, 120, 118, 130].map((at) => `trim ${at}`));
  });

  it('gives back what the start has left, once, when there was nothing to do for a while', () => {
    const played = new PlayedProcess();
    for (let i = 0; i < 3; i++) played.look({ cpu: IDLE });
    expect(played.calls).to.deep.equal(['settle', 'collect']);
    for (let i = 0; i < 2; i++) played.look({ cpu: IDLE });
    expect(played.calls).to.deep.equal(['settle', 'collect', 'release', 'trim 100']);
    for (let i = 0; i < 10; i++) played.look({ cpu: IDLE });
    expect(played.calls).to.have.length(4);
  });

  it('waits with that while the process is busy', () => {
    const played = new PlayedProcess();
    for (const cpu of [IDLE, IDLE, BUSY, IDLE, IDLE, BUSY]) played.look({ cpu });
    expect(played.calls).to.deep.equal([]);
    for (const cpu of [IDLE, IDLE, IDLE, BUSY]) played.look({ cpu });
    expect(played.calls).to.deep.equal(['settle', 'collect']);
    for (let i = 0; i < 2; i++) played.look({ cpu: IDLE });
    expect(played.calls.slice(2)).to.deep.equal(['release', 'trim 100']);
  });

  it('needs no data threads', () => {
    const played = new PlayedProcess();
    const trimming = new HeapTrimming(played);
    for (let i = 0; i < 3; i++) trimming.look(undefined);
    expect(played.calls).to.deep.equal(['collect']);
  });

  it('lets a process without /proc be', () => {
    const rss = process.memoryUsage.rss;
    process.memoryUsage.rss = () => {
      throw new Error('ENOENT: no such file or directory, uv_resident_set_memory');
    };
    try {
      expect(() => new HeapTrimming().look(undefined)).not.to.throw();
    } finally {
      process.memoryUsage.rss = rss;
    }
  });
});
