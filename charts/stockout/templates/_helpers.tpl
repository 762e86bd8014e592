{{/* The image of a part: (list $ "operator"). */}}
{{- define "stockout.image" -}}
{{- $values := (index . 0).Values -}}
{{- $part := index . 1 -}}
{{- $digest := get $values.digests $part -}}
{{- if $digest -}}
{{ $values.registry }}/stockout-{{ $part }}@{{ $digest }}
{{- else -}}
{{ $values.registry }}/stockout-{{ $part }}:{{ $values.tag | default (index . 0).Chart.AppVersion }}
{{- end -}}
{{- end -}}
