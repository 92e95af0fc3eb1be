"""Defines what dcr does with each key of the Data Contract Specification, 0.9 to 1.2.

Source: the JSON schema of 1.2; the keys of older editions are those of their documentation.
"""

from __future__ import annotations

from dcr.formats._keys.vocabulary import COMPARED, NestedMappings, Vocabulary, define_keys

_DEFINITION_KEYS = (
    "type required unique references enum[] minLength maxLength format precision scale pattern "
    "regex minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems deprecated $ref"
)
_FIELD_KEYS = f"{_DEFINITION_KEYS} primaryKey primary"  # a primary key is read only at the field itself
_FIELD_IGNORED = "title description example examples pii classification tags links lineage"
_FIELD_NESTED = {
    "fields": NestedMappings(many="field"),
    "items": NestedMappings(one="field"),
    "keys": NestedMappings(one="field"),
    "values": NestedMappings(one="field"),
    "quality": NestedMappings(many="quality rule"),
}
_FIELD_EXTRA = "multipleOf minItems maxItems deprecated"

_DEFINITION_EXTRA = f"{_FIELD_EXTRA} required unique references enum $ref quality lineage config"


VOCABULARY = Vocabulary({
    "file": define_keys(
        "file", "dataContractSpecification id",
        ignored="tags links examples", unread="schema",
        nested={
            "info": NestedMappings(one="info"),
            "servers": NestedMappings(many="server", identity=("server",)),
            "terms": NestedMappings(one="terms"),
            "models": NestedMappings(many="model"),
            "definitions": NestedMappings(many="definition", allows_groups=True),
            "servicelevels": NestedMappings(one="service levels"),
            "quality": NestedMappings(one="quality rule"),
        },
        older="schema quality examples",
    ),
    "info": define_keys(
        "info", "version status owner", ignored="title description", nested={"contact": NestedMappings(one="contact")}
    ),
    "contact": define_keys("contact", "name url email"),
    "terms": define_keys("terms", ignored="usage limitations policies billing description", unread="noticePeriod",
                  extra="description"),
    "server": define_keys("server", "type*", ignored="description environment roles", other_use=COMPARED),
    "model": define_keys(
        "model", "primaryKey[] $ref", ignored="title description examples tags links",
        unread="type namespace additionalFields config",
        nested={"fields": NestedMappings(many="field"), "quality": NestedMappings(many="quality rule")},
        older="namespace", extra="$ref tags links", subject="dataset",
    ),
    "field": define_keys(
        "field", _FIELD_KEYS, ignored=_FIELD_IGNORED, unread="config", nested=_FIELD_NESTED,
        older="regex", extra=_FIELD_EXTRA, subject="field",
    ),
    "definition": define_keys(
        "definition", _DEFINITION_KEYS, ignored=f"{_FIELD_IGNORED} domain name", unread="config", nested=_FIELD_NESTED,
        older="regex", extra=_DEFINITION_EXTRA,
    ),
    "quality rule": define_keys(
        "quality rule",
        "id name type metric rule code query engine implementation* arguments* validValues* pattern* column* columns* "
        "specification* templateName toolName toolRuleName unit severity description",
        unread="dialect", prefix="must", older="specification",
        extra="id name code validValues pattern column columns templateName toolName toolRuleName unit severity",
    ),
    "service levels": define_keys("service levels", nested={
        name: NestedMappings(one=name)
        for name in ("availability", "retention", "latency", "freshness", "frequency", "support", "backup")
    }, unless={"latency": "freshness"}),
    "availability": define_keys("availability", "percentage", ignored="description"),
    "retention": define_keys("retention", "period unlimited timestampField", ignored="description"),
    "latency": define_keys(
        "latency", "threshold timestampField sourceTimestampField", ignored="description",
        unread="processedTimestampField", extra="timestampField",
    ),
    "freshness": define_keys(
        "freshness", "threshold timestampField sourceTimestampField", ignored="description",
        extra="sourceTimestampField",
    ),
    "frequency": define_keys("frequency", "type interval cron", ignored="description"),
    "support": define_keys("support", "time responseTime", ignored="description"),
    "backup": define_keys("backup", "interval cron recoveryTime recoveryPoint", ignored="description"),
})  # fmt: skip
