{{- /* The pod of a hook: (list . "pre-install"). */ -}}
{{- define "hooks.pod" -}}
{{- $ := index . 0 -}}
{{- $hook := index . 1 -}}
restartPolicy: Never
automountServiceAccountToken: false
containers:
  - name: main
    image: registry.example/hook:1
    {{- if eq $hook $.Values.failing }}
    command: ["false"]
    {{- else if eq $hook $.Values.slow }}
    command: ["sleep", {{ $.Values.seconds | quote }}]
    {{- end }}
{{- end }}
