{{/* The name of all objects. */}}
{{- define "rcode5.name" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Pods of this release. */}}
{{- define "rcode5.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "rcode5.labels" -}}
{{ include "rcode5.selector" . }}
app.kubernetes.io/version: {{ quote .Chart.AppVersion }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "rcode5.tokenSecret" -}}
{{- .Values.token.secretName | default (include "rcode5.name" .) -}}
{{- end -}}

{{- define "rcode5.tlsSecret" -}}
{{- .Values.tls.secretName | default (printf "%s-tls" (include "rcode5.name" .)) -}}
{{- end -}}
