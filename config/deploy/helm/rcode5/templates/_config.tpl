{{/* rcode5.yaml: what the chart knows, and then `config`. */}}
{{- define "rcode5.config" -}}
{{- $tls := .Values.tls }}
node: "${POD_NAME}"

listen:
{{- range $family := .Values.ipFamilies }}
{{- $any := include "rcode5.any" $family }}
  - "{{ $any }}:5300"
{{- if and $tls.enabled $tls.dot }}
  - address: "{{ $any }}:8853"
    tls: { certificate: /etc/rcode5-tls/tls.crt, key: /etc/rcode5-tls/tls.key }
{{- end }}
{{- if and $tls.enabled $tls.doh }}
  - address: "{{ $any }}:8443"
    https: { certificate: /etc/rcode5-tls/tls.crt, key: /etc/rcode5-tls/tls.key }
{{- end }}
{{- end }}

{{- if and $tls.enabled $tls.certificate.dnsNames }}

# Clients of plain DNS are sent there: to the ports of the Service, and the addresses of the name.
discovery:
  name: {{ first $tls.certificate.dnsNames }}
  ports:
{{- if $tls.dot }}
    dot: 853
{{- end }}
{{- if $tls.doh }}
    doh: 443
{{- end }}
{{- end }}

# Prometheus comes from outside the pod, hence off loopback and with a token. The kubelet has none.
# The wildcard of IPv6 is that of IPv4 too.
admin:
{{- if has "IPv6" .Values.ipFamilies }}
  listen: "[::]:8053"
  probes: "[::]:8080"
{{- else }}
  listen: 0.0.0.0:8053
  probes: 0.0.0.0:8080
{{- end }}
  token: "${RCODE5_TOKEN}"

upstreams:
{{- toYaml .Values.config.upstreams | nindent 2 }}
{{- if .Values.coredns.servers }}
  coredns:
    servers:
{{- toYaml .Values.coredns.servers | nindent 6 }}
{{- end }}
{{- range $domain, $servers := .Values.stubDomains }}
  {{ $domain }}:
    servers:
{{- toYaml $servers | nindent 6 }}
{{- end }}

routes:
{{- toYaml .Values.config.routes | nindent 2 }}
{{- if .Values.coredns.servers }}
  {{ .Values.coredns.domain }}: coredns
{{- range $zone := .Values.coredns.reverse }}
  {{ $zone }}: coredns
{{- end }}
{{- end }}
{{- range $domain, $servers := .Values.stubDomains }}
  {{ $domain }}: {{ $domain }}
{{- end }}
{{- range $key, $value := .Values.config }}
{{- if and (ne $key "upstreams") (ne $key "routes") }}

{{ $key }}:
{{- toYaml $value | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rcode5.any" -}}
{{- if eq . "IPv6" -}}[::]{{- else -}}0.0.0.0{{- end -}}
{{- end -}}
