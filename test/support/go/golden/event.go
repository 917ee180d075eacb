package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// notifiedObject and notifiedEvent have the fields of an event as it is posted, in its order.
type notifiedObject struct {
	Kind            string `json:"kind,omitempty"`
	Namespace       string `json:"namespace,omitempty"`
	Name            string `json:"name,omitempty"`
	UID             string `json:"uid,omitempty"`
	APIVersion      string `json:"apiVersion,omitempty"`
	ResourceVersion string `json:"resourceVersion,omitempty"`
}

type notifiedEvent struct {
	InvolvedObject      notifiedObject    `json:"involvedObject"`
	Severity            string            `json:"severity"`
	Timestamp           string            `json:"timestamp"`
	Message             string            `json:"message"`
	Reason              string            `json:"reason"`
	Metadata            map[string]string `json:"metadata,omitempty"`
	ReportingController string            `json:"reportingController"`
	ReportingInstance   string            `json:"reportingInstance,omitempty"`
}

// event encodes and signs an event.
func event(shared, raw json.RawMessage) any {
	key := decode[struct {
		Key string `json:"key"`
	}](shared).Key
	input := decode[notifiedEvent](raw)
	body, err := json.Marshal(input)
	check(err)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return map[string]any{
		"event":     raw,
		"json":      string(body),
		"signature": "sha256=" + hex.EncodeToString(mac.Sum(nil)),
	}
}
