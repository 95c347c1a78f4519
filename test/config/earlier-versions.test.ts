import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';

const FOLDER = new URL('earlier/', import.meta.url);

/**
 * `config/example.yaml` of each version, with all keys that it had. Should one of them ever have to change, the
 * error for the old form names the new one: the file stays as it is, and its problems are expected here.
 */
describe('configurations of earlier versions', () => {
  for (const name of readdirSync(FOLDER)) {
    it(`load as they were: ${name}`, () => {
      const text = readFileSync(new URL(name, FOLDER), 'utf8');
      const config = parseConfig(name, text);
      expect(config.policies.length).to.be.greaterThan(0);
    });
  }
});
