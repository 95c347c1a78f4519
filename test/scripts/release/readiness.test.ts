import { expect } from 'chai';
import { whyNotReleased } from '../../../scripts/release/readiness.ts';

const READY = {
  version: '1.2.0',
  changelog: '# Changelog\n\n## Unreleased\n\n## 1.2.0\n\n- Something new.\n\n## 1.1.0\n\n- Old.\n',
  commit: '0123456789abcdef0123456789abcdef01234567',
  isChanged: false,
  hasTag: false,
};

describe('scripts/release/readiness', () => {
  it('has nothing against a commit with a version, its section and no tag', () => {
    expect(whyNotReleased(READY)).to.deep.equal([]);
  });

  const { changelog } = READY;
  const cases = [
    { when: 'files differ', is: { isChanged: true }, says: /^files differ from the commit/ },
    { when: 'the tag is set', is: { hasTag: true }, says: /^v1\.2\.0 is a tag already/ },
    {
      when: 'the version has no section',
      is: { version: '1.3.0' },
      says: /no section "## 1\.3\.0"/,
    },
    {
      when: 'its section is empty',
      is: { changelog: changelog.replace('- Something new.\n', '') },
      says: /"## 1\.2\.0" of CHANGELOG\.md is empty/,
    },
    {
      when: 'something is still unreleased',
      is: { changelog: changelog.replace('## Unreleased\n', '## Unreleased\n\n- More.\n') },
      says: /has entries under "Unreleased"/,
    },
  ];
  for (const { when, is, says } of cases) {
    it(`says why not when ${when}`, () => {
      const reasons = whyNotReleased({ ...READY, ...is });
      expect(reasons).to.have.length(1);
      expect(reasons[0]).to.match(says);
    });
  }
});
