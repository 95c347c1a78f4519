/** What text/template with Sprig and Helm's functions prints: held by our renderer, and by Go itself. */

export const DATA: Readonly<Record<string, unknown>> = {
  Values: {
    name: 'site',
    empty: '',
    zero: 0,
    big: 1_000_000,
    list: ['a', 'b'],
    none: [],
    map: { b: 2, a: { c: 'deep' } },
  },
  Release: { Name: 'r' },
};

/** Templates and what Go prints for them. */
export const PRINTED: readonly (readonly [template: string, printed: string])[] = [
  ['a {{ .Values.name }} b', 'a site b'],
  ['a \n {{- .Values.name -}} \n b', 'asiteb'],
  ['a\n{{- /* "}}" */ -}}\nb', 'ab'],
  ['{{ "a}}b" }}', 'a}}b'],
  ['{{ `a"b` }}', 'a"b'],
  ['{{ .Values.missing }}', ''],
  ['{{ .Values.zero }} {{ true }}', '0 true'],
  ['{{ .Values.map.a.c }}', 'deep'],
  [
    '{{ if .Values.zero }}a{{ else if .Values.empty }}b{{ else if .Values.list }}c{{ else }}d{{ end }}',
    'c',
  ],
  ['{{ if .Values.none }}a{{ end }}', ''],
  ['{{ if not .Values.none }}a{{ end }}', 'a'],
  ['{{ with .Values.map }}{{ .a.c }}{{ $.Release.Name }}{{ end }}', 'deepr'],
  ['{{ with .Values.none }}a{{ else }}b{{ end }}', 'b'],
  ['{{ range .Values.list }}[{{ . }}]{{ end }}', '[a][b]'],
  ['{{ range $i, $x := .Values.list }}{{ $i }}{{ $x }}{{ end }}', '0a1b'],
  ['{{ range $key, $value := .Values.map }}{{ $key }};{{ end }}', 'a;b;'],
  ['{{ range $x := .Values.none }}a{{ else }}none{{ end }}', 'none'],
  ['{{ $x := .Values.name }}{{ with .Values.map }}{{ $x }}{{ end }}', 'site'],
  ['{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}', '21'],
  ['{{ define "x" }}<{{ . }}>{{ end }}{{ include "x" .Values.name | quote }}', '"<site>"'],
  ['{{ .Values.empty | default "d" }} {{ default "d" .Values.name }}', 'd site'],
  ['{{ and .Values.name .Values.zero }} {{ or .Values.zero .Values.name }}', '0 site'],
  ['{{ eq .Values.name "x" "site" }} {{ ne .Values.name "x" }}', 'true true'],
  ['{{ printf "%s-%s%%" .Release.Name "x" | trunc 3 | trimSuffix "-" }}', 'r-x'],
  [
    '{{ contains "it" .Values.name }} {{ has "b" .Values.list }} {{ first .Values.list }}',
    'true true a',
  ],
  ['{{ "a\\nb" | nindent 2 }}', '\n  a\n  b'],
  ['{{ "a\\nb" | indent 2 }}', '  a\n  b'],
  ['{{ toYaml .Values.list }}', '- a\n- b'],
  ['{{ toYaml .Values.map | nindent 2 }}', '\n  a:\n    c: deep\n  b: 2'],
  ['{{ toYaml .Values.big }}', '1000000'],
  ['{{ .Files.Get "x" }}', 'file x\n'],
  ['{{ (printf "%s" "x") | quote }}', '"x"'],
  ['{{ sha256sum "x" | trunc 8 }}', '2d711642'],
  ['{{ len .Values.list }}', '2'],
  ['{{ required "expect it" .Values.name }}', 'site'],
];
