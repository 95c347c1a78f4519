import { expect } from 'chai';
import { readSources } from './sources.ts';

/** Names that were given up, and what is said in their place. */
const WORDS: Readonly<Record<string, string>> = {
  tellable: 'clampRcode',
  ServerTable: 'UpstreamTable',
  Slot: 'PendingQuery',
  Leg: 'UpstreamQuery',
  Joins: 'Coalescing',
  hurried: 'staleDue',
  impatient: 'hedgeDue',
  Conduct: 'UpstreamHistory',
  Lately: 'History',
  Watch: 'SelfQueries',
  Inquiries: 'SelfQueries',
  Chase: 'AliasResolution',
  chased: 'resolved',
  Force: 'Enforcement',
  isTrial: 'withShadow',
  onTrial: 'isShadow',
  Serving: 'LoadedConfig',
  Feeding: 'TransferredZones',
  RecordFeeds: 'SinkQueues',
  Feed: 'ZoneTransfer',
  seal: 'sign',
  Surroundings: 'a name for the options at hand, like EngineOptions',
  UpstreamVerdict: 'RefusalCause',
};

/** Code without comments and texts, where ordinary English may say what it likes. */
function codeOf(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''");
}

describe('the words', () => {
  const sources = readSources(['src/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts', 'test/**/*.ts']);
  for (const [old, now] of Object.entries(WORDS)) {
    it(`have no ${old}: say ${now}`, () => {
      const identifier = new RegExp(`(?<![\\w$])${old}(?![\\w$])`);
      const found = sources.filter(({ file, text }) => {
        return !file.startsWith('test/repo/words') && identifier.test(codeOf(text));
      });
      expect(found.map(({ file }) => file)).to.deep.equal([]);
    });
  }
});
