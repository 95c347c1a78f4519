import { expect } from 'chai';
import { decidesBy, LAYER_FACTS, LAYERS } from '../../src/decision/layers.ts';

describe('decision/layers', () => {
  it('are in the order in which a query meets them', () => {
    expect(LAYERS.slice(0, 2)).to.deep.equal(['protocol', 'acl']);
    expect(LAYERS.slice(-2)).to.deep.equal(['upstream', 'overload']);
  });

  const grounds = {
    client: ['acl', 'transfer', 'update', 'notify', 'rate-limit', 'recursion'],
    name: ['local', 'special-use', 'policy', 'route', 'upstream'],
    load: ['rate-limit', 'overload'],
  } as const;
  for (const [ground, layers] of Object.entries(grounds)) {
    it(`that decide by the ${ground} are ${layers.join(', ')}`, () => {
      const known = LAYERS.filter((layer) => decidesBy(layer, ground as keyof typeof grounds));
      expect(known).to.include.members([...layers]);
    });
  }

  const causes = [
    ['protocol', 'type-policy'],
    ['acl', 'client-acl'],
    ['transfer', 'transfer'],
    ['rate-limit', 'rate-limit'],
    ['recursion', 'no-recursion'],
    ['policy', 'name-policy'],
    ['route', 'upstream'],
    ['overload', 'failure'],
  ] as const;
  for (const [layer, cause] of causes) {
    it(`make diagnose conclude ${cause} from ${layer}`, () => {
      expect(LAYER_FACTS[layer].cause).to.equal(cause);
    });
  }
});
