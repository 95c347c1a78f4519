import { once } from 'node:events';
import { request } from 'node:http';
import { expect } from 'chai';
import { type AdminHttp, listenAdmin } from '../../../src/admin/http.ts';
import { Identities } from '../../../src/admin/identities.ts';
import type { DecisionStore } from '../../../src/admin/v1/decision-store.ts';
import { decisionHandlers } from '../../../src/admin/v1/decisions.ts';
import { LogSearcher } from '../../../src/logs/log-searcher.ts';
import { SearchCancelled } from '../../../src/logs/search.ts';
import { ClientNames } from '../../../src/observe/client-names/client-names.ts';
import { recordLine, type WrittenLog, writeLog } from '../../logs/written-log.ts';

const NAMELESS = new ClientNames([]);

/** A store whose searches go on until they are cancelled. */
class EndlessStore {
  readonly isCursor = (): boolean => true;
  readonly cancelled: string[] = [];
  #begun: (signal: AbortSignal) => void = () => {};

  /** Resolves when the next search has begun, with what ends it. */
  begun(): Promise<AbortSignal> {
    return new Promise((resolve) => {
      this.#begun = resolve;
    });
  }

  readonly page = (_request: unknown, signal: AbortSignal) => this.#search('page', signal);
  readonly report = (_request: unknown, signal: AbortSignal) => this.#search('report', signal);

  async #search(kind: string, signal: AbortSignal): Promise<never> {
    const ended = once(signal, 'abort');
    this.#begun(signal);
    await ended;
    this.cancelled.push(kind);
    throw new SearchCancelled();
  }
}

describe('admin/v1 searches that are cancelled', () => {
  let store: EndlessStore;
  let admin: AdminHttp;
  before(async () => {
    store = new EndlessStore();
    admin = await listenAdmin({
      ...{ address: '127.0.0.1', port: 0, identities: new Identities([]) },
      handlers: decisionHandlers({ own: store as DecisionStore, all: undefined }, () => NAMELESS),
    });
  });
  after(() => admin.close());

  for (const [path, kind] of [
    ['decisions?name=nobody.example', 'page'],
    ['decisions/some-ref', 'page'],
    ['report?by=client', 'report'],
  ] as const) {
    it(`end when the client closes its connection: ${path}`, async () => {
      const before = store.cancelled.length;
      const begun = store.begun();
      const { address: host, port } = admin;
      const asked = request({ host, port, path: `/api/v1/${path}`, agent: false });
      const failed = once(asked, 'error').catch((error) => [error]);
      asked.on('error', () => {});
      asked.end();
      const signal = await begun;
      expect(signal.aborted).to.equal(false);
      const cancelled = once(signal, 'abort');
      asked.destroy(new Error('the client has gone'));
      await cancelled;
      await failed;
      expect(store.cancelled.slice(before)).to.deep.equal([kind]);
    });
  }
});

describe('logs/log-searcher', () => {
  let log: WrittenLog;
  let searcher: LogSearcher;
  before(() => {
    const lines = Array.from({ length: 6000 }, (_, i) => recordLine(i));
    log = writeLog({ '.1': lines.slice(0, 3000), '': lines.slice(3000) });
    searcher = new LogSearcher(log.path);
  });
  after(async () => {
    await searcher.close();
    log.close();
  });

  const all = { options: {}, now: Date.now(), limit: 6000, budget: 1e9 };

  it('ends a search that is cancelled in its thread, and goes on with others', async () => {
    const control = new AbortController();
    const search = searcher.search(all, control.signal).catch((error) => error);
    const other = searcher.search({ ...all, options: { ref: 'k3f9x-17' }, limit: 1 });
    control.abort();
    expect(await search).to.be.instanceOf(SearchCancelled);
    expect((await other).lines).to.have.lengthOf(1);
  });

  it('does not begin one that was cancelled before', async () => {
    const signal = AbortSignal.abort();
    expect(await searcher.search(all, signal).catch((error) => error)).to.be.instanceOf(
      SearchCancelled,
    );
  });
});
