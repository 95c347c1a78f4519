import { expect } from 'chai';
import { readConfig } from '../../src/config/config.ts';
import { CONFIG } from '../../src/config/keys.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { FINE, itSays, problemsIn } from './problems.ts';

const KEYS = Object.keys(CONFIG.keys).join(', ');

describe('config/document', () => {
  itSays(
    [
      {
        when: 'it is empty',
        text: '',
        says: [`1:1: the file is empty; expect a mapping with ${KEYS}`],
      },
      {
        when: 'it is a comment',
        text: '# later\n',
        says: [`1:1: the file is empty; expect a mapping with ${KEYS}`],
      },
      { when: 'it is a list', text: '\n- a\n', says: [`2:1: expect a mapping with ${KEYS}`] },
      { when: 'it is a text', text: 'upstreams', says: [`1:1: expect a mapping with ${KEYS}`] },
      {
        when: 'a bracket is open',
        text: 'node: a\nlisten: [127.0.0.1:53\nede: full\n',
        says: ['3:1: a list has no end; expect ] here or before'],
      },
      {
        when: 'it is indented by tabs',
        text: 'cache:\n\tentries: 1\n',
        says: ['2:1: a tab begins this line; expect spaces'],
      },
      {
        when: 'there is a second document',
        text: 'node: a\n---\nnode: b\n',
        says: ['2:1: a second document begins here; expect one'],
      },
      {
        when: 'a variable within brackets has no quotes',
        text: `node: a\nlisten: [\${ADDRESS}:53]\nede: full\n`,
        says: ['2:11: within [ ] or { } a variable begins a mapping; expect quotes around it'],
      },
      {
        when: 'an alias has no anchor',
        text: 'node: *name\nede: full\n',
        says: ['1:7: there is no anchor "name" above; expect a value with &name'],
      },
    ],
    '',
  );

  it('names a file that cannot be read', () => {
    expect(() => readConfig('/nowhere/site.yaml')).to.throw(
      ConfigError,
      /^\/nowhere\/site\.yaml:1:1: cannot be read: ENOENT.*; expect a configuration file$/,
    );
  });
});

describe('config/document variables', () => {
  itSays(
    [
      {
        when: 'a variable is not set',
        text: `node: "\${SITE}-\${HOST}"\n`,
        says: [
          `2:7: the environment variable SITE is not set; expect \${SITE} to have a value`,
          `2:7: the environment variable HOST is not set; expect \${HOST} to have a value`,
        ],
      },
      {
        when: 'the variable of a token is not set, and nothing else',
        text: `admin: { listen: 192.0.2.1:8053, token: "\${TOKEN}" }\n`,
        says: [`2:41: the environment variable TOKEN is not set; expect \${TOKEN} to have a value`],
      },
      {
        when: 'the variable of a key is not set',
        text: `acl: { query: { "\${OFFICE}": allow } }\n`,
        says: [
          `2:17: the environment variable OFFICE is not set; expect \${OFFICE} to have a value`,
        ],
      },
    ],
    FINE,
  );

  it('finds values of variables wrong like any others', () => {
    const text = `${FINE}acl: { query: { "\${A}": allow, 10.0.0.0/8: refuse } }\nede: "\${B}"\n`;
    expect(problemsIn(text, { A: '10.0.0.0/8', B: '' })).to.deep.equal([
      `2:32: "\${A}" is there twice; expect it once`,
      '3:6: "" is not valid; expect full, codes or off',
    ]);
  });

  const secret = 's3cret/with "quotes"';
  for (const { where, text } of [
    { where: 'where another value belongs', text: `listen: ["\${SECRET}"]\n` },
    { where: 'as a prefix', text: `clientGroups: { a: ["\${SECRET}"] }\n` },
    { where: 'as a key', text: `acl: { query: { "\${SECRET}": allow } }\n` },
    { where: 'as a part of a value', text: `ede: "x\${SECRET}x"\n` },
    { where: 'again in the file itself', text: `node: "\${SECRET}"\nede: '${secret}'\n` },
  ]) {
    it(`does not tell what a variable holds ${where}`, () => {
      const [problem] = problemsIn(FINE + text, { SECRET: secret });
      expect(problem).to.match(/\$\{SECRET\}/);
      expect(problem).not.to.match(/s3cret|quotes/);
    });
  }
});
