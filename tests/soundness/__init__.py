"""The soundness property of the engine, held against a judge that is not dcr: jsonschema on generated rows."""
