#!/bin/sh
# Registers the namespace, and the search attributes that Pawl's runs carry; running it again changes nothing.
set -eu

until temporal operator cluster health; do sleep 2; done

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"

# A new namespace is known to all parts of the server after some seconds.
for name in PawlKind PawlNamespace PawlName PawlTrigger PawlRevision PawlOutcome; do
  until temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type Keyword; do
    sleep 2
  done
done
