import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { play } from '../world/scenario.ts';
import { parseScenarios } from '../world/scenario-file.ts';

const FOLDER = import.meta.dirname;

describe('scenarios', () => {
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'))) {
    const file = parseScenarios(readFileSync(join(FOLDER, name), 'utf8'));
    describe(name.replace('.yaml', ''), () => {
      for (const scenario of file.scenarios) it(scenario.it, () => play(file, scenario));
    });
  }
});
