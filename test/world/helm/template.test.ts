import { expect } from 'chai';
import { mergeValues } from './chart.ts';
import { Templates } from './template.ts';
import { DATA, PRINTED } from './template-cases.ts';

function render(template: string, more: Readonly<Record<string, string>> = {}): string {
  const files = new Map(Object.entries({ ...more, t: template }));
  return new Templates(files).render('t', {
    ...DATA,
    Files: { Get: (name: string) => `file ${name}\n` },
  });
}

const WRONG: readonly (readonly [template: string, error: RegExp])[] = [
  ['a\n{{ unheard 1 }}', /^t:2: the function unheard is not known here/],
  ['{{ template "x" . }}', /^t:1: template is not known here/],
  ['{{ .Values.name }', /^t:1: an action without }}/],
  ['{{ if true }}', /^t:1: expect end/],
  ['{{ end }}', /^t:1: an end or else without its if/],
  ['{{ if true }}{{ else with 1 }}{{ end }}', /^t:1: expect else or else if/],
  ['{{ .Values.missing.deeper }}', /^t:1: deeper of undefined/],
  ['{{ .Values.name.deeper }}', /^t:1: deeper of site/],
  ['{{ $x }}', /^t:1: no variable \$x/],
  ['{{ $x = 1 }}', /^t:1: cannot read {2}= 1/],
  ['{{ include "x" . }}', /^t:1: no template is named x/],
  ['{{ .Values.big }}', /^t:1: 1000000 is printed by Go in a form of its own/],
  ['{{ .Values.list }}', /^t:1: .* is printed by Go in a form of its own/],
  ['{{ printf "%d" 1 }}', /^t:1: printf %d of number/],
  ['{{ .Values.name "x" }}', /^t:1: arguments for what is no function/],
  ['{{ range .Values.name }}{{ end }}', /^t:1: range over string/],
  ['{{ fail "no" }}', /^t:1: no$/],
  ['{{ required "expect it" .Values.empty }}', /^t:1: expect it$/],
  ['{{ quote "a" ) }}', /^t:1: expect the end of the action/],
  ['{{ define "x" }}{{ end }}{{ define "x" }}{{ end }}', /^t:1: x is defined twice/],
];

describe('the renderer of Helm templates', () => {
  for (const [template, printed] of PRINTED) {
    it(`prints ${JSON.stringify(template)}`, () => {
      expect(render(template)).to.equal(printed);
    });
  }

  for (const [template, error] of WRONG) {
    it(`raises on ${JSON.stringify(template)}`, () => {
      expect(() => render(template)).to.throw(error);
    });
  }

  it('includes what another file defines', () => {
    const more = { '_x.tpl': '{{ define "x" }}{{ .Name }}{{ end }}' };
    expect(render('{{ include "x" .Release }}', more)).to.equal('r');
  });

  it('merges values as Helm does: lists are replaced, null takes away', () => {
    const under = { a: { b: 1, c: [1, 2] }, d: 1 };
    const over = { a: { c: [3], d: {} }, d: null };
    expect(mergeValues(under, over)).to.deep.equal({ a: { b: 1, c: [3], d: {} } });
  });
});
