"""What dcr does with each key of the Data Contract Specification, 0.9 to 1.2.

Source: the JSON schema of 1.2; the keys of older editions are those of their documentation.
"""

from __future__ import annotations

from dcr.formats._keys.vocabulary import JUDGED, Below, Vocabulary, keys

_DEFINITION_KEYS = (
    "type required unique references enum[] minLength maxLength format precision scale pattern "
    "regex minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems deprecated $ref"
)
_FIELD_KEYS = f"{_DEFINITION_KEYS} primaryKey primary"  # a key is read at the field itself alone
_FIELD_IGNORED = "title description example examples pii classification tags links lineage"
_FIELD_BELOW = {
    "fields": Below(many="field"),
    "items": Below(one="field"),
    "keys": Below(one="field"),
    "values": Below(one="field"),
    "quality": Below(many="quality rule"),
}
_FIELD_BEYOND = "multipleOf minItems maxItems deprecated"

_DEFINITION_BEYOND = f"{_FIELD_BEYOND} required unique references enum $ref quality lineage config"


VOCABULARY = Vocabulary({
    "file": keys(
        "file", "dataContractSpecification id",
        ignored="tags links examples", unread="schema",
        below={
            "info": Below(one="info"),
            "servers": Below(many="server", identity=("server",)),
            "terms": Below(one="terms"),
            "models": Below(many="model"),
            "definitions": Below(many="definition", groups=True),
            "servicelevels": Below(one="service levels"),
            "quality": Below(one="quality rule"),
        },
        older="schema quality examples",
    ),
    "info": keys(
        "info", "version status owner", ignored="title description", below={"contact": Below(one="contact")}
    ),
    "contact": keys("contact", "name url email"),
    "terms": keys("terms", ignored="usage limitations policies billing description", unread="noticePeriod",
                  beyond="description"),
    "server": keys("server", "type*", ignored="description environment roles", further=JUDGED),
    "model": keys(
        "model", "primaryKey[] $ref", ignored="title description examples tags links",
        unread="type namespace additionalFields config",
        below={"fields": Below(many="field"), "quality": Below(many="quality rule")},
        older="namespace", beyond="$ref tags links", about="dataset",
    ),
    "field": keys(
        "field", _FIELD_KEYS, ignored=_FIELD_IGNORED, unread="config", below=_FIELD_BELOW,
        older="regex", beyond=_FIELD_BEYOND, about="field",
    ),
    "definition": keys(
        "definition", _DEFINITION_KEYS, ignored=f"{_FIELD_IGNORED} domain name", unread="config", below=_FIELD_BELOW,
        older="regex", beyond=_DEFINITION_BEYOND,
    ),
    "quality rule": keys(
        "quality rule",
        "id name type metric rule code query engine implementation* arguments* validValues* pattern* column* columns* "
        "specification* templateName toolName toolRuleName unit severity description",
        unread="dialect", prefix="must", older="specification",
        beyond="id name code validValues pattern column columns templateName toolName toolRuleName unit severity",
    ),
    "service levels": keys("service levels", below={
        name: Below(one=name)
        for name in ("availability", "retention", "latency", "freshness", "frequency", "support", "backup")
    }, unless={"latency": "freshness"}),
    "availability": keys("availability", "percentage", ignored="description"),
    "retention": keys("retention", "period unlimited timestampField", ignored="description"),
    "latency": keys(
        "latency", "threshold timestampField sourceTimestampField", ignored="description",
        unread="processedTimestampField", beyond="timestampField",
    ),
    "freshness": keys(
        "freshness", "threshold timestampField sourceTimestampField", ignored="description",
        beyond="sourceTimestampField",
    ),
    "frequency": keys("frequency", "type interval cron", ignored="description"),
    "support": keys("support", "time responseTime", ignored="description"),
    "backup": keys("backup", "interval cron recoveryTime recoveryPoint", ignored="description"),
})  # fmt: skip
