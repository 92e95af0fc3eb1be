"""The soundness property of the engine, tested with an independent judge: jsonschema on generated rows."""
