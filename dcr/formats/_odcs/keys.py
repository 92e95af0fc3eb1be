"""What dcr does with each key of the Open Data Contract Standard, v2.2 to v3.2.

Source: the JSON schemas of v3.1.0 and v3.2.0; the keys of v2.2 are those of its documentation and examples.
"""

from __future__ import annotations

from dcr.formats._keys.vocabulary import JUDGED, Below, Vocabulary, keys

_FILE = keys(
    "file",
    "id uuid version kind apiVersion status slaDefaultElement slaDefaultColumn productDl productSlackChannel "
    "customProperties*",
    ignored="name tenant tags dataProduct domain description context price authoritativeDefinitions contractCreatedTs "
    "datasetDomain quantumName userConsumptionMode productFeedbackUrl datasetKind systemInstance schedulerAppName "
    "username password",
    unread="type sourcePlatform sourceSystem project datasetProject datasetName database driver driverVersion server",
    below={
        "schema": Below(one="object", many="object", identity=("name", "physicalName"), one_if=("properties",)),
        "dataset": Below(many="object", identity=("table", "name")),
        "servers": Below(many="server", identity=("server", "id")),
        "slaProperties": Below(many="service level", identity=("id", "property")),
        "team": Below(one="team", many="member", identity=("username", "name"), one_if=("name", "members")),
        "stakeholders": Below(many="member", identity=("username",)),
        "support": Below(many="support channel", identity=("channel",)),
        "roles": Below(many="role", identity=("role",)),
    },
    older="uuid dataset stakeholders slaDefaultColumn productDl productSlackChannel datasetDomain quantumName "
    "userConsumptionMode productFeedbackUrl datasetKind systemInstance schedulerAppName username password type "
    "sourcePlatform sourceSystem project datasetProject datasetName database driver driverVersion server",
)

_TERMS = {
    "quality": Below(many="quality rule", identity=("id", "name")),
    "relationships": Below(many="relationship", identity=("id",)),
}

_OBJECT = keys(
    "object of the schema",
    "name table physicalName deprecated",
    ignored="id logicalType description businessName synonyms authoritativeDefinitions tags customProperties context "
    "priorityOrder dataGranularityDescription dataGranularity",
    unread="physicalType",
    below={
        "properties": Below(many="property"),
        "columns": Below(many="property", identity=("column", "name")),
        **_TERMS,
    },
    older="table columns priorityOrder dataGranularity",
    about="dataset",
)

_PROPERTY = keys(
    "property",
    "name column logicalType physicalType physicalName encryptedName required isNullable unique isUnique primaryKey "
    "isPrimaryKey isPrimary primaryKeyPosition semanticType transformLogic deprecated customProperties* validValues[]",
    ignored="id description businessName synonyms authoritativeDefinitions tags classification examples "
    "criticalDataElement transformSourceObjects transformDescription criticalDataElementStatus transformSourceTables "
    "sampleValues",
    unread="partitioned partitionKeyPosition partitionStatus clusterStatus clusterKeyPosition encryptedColumnName",
    below={
        "logicalTypeOptions": Below(one="logical type options"),
        "enum": Below(many="enum value", identity=("value",), plain=True),
        "properties": Below(many="property"),
        "items": Below(one="property"),
        "map": Below(one="map"),
        **_TERMS,
    },
    older="column isNullable isUnique isPrimaryKey isPrimary criticalDataElementStatus transformSourceTables "
    "sampleValues partitionStatus clusterStatus clusterKeyPosition encryptedColumnName",
    beyond="validValues",
    about="field",
)

_OPTIONS = keys(
    "logical type options",
    "minLength maxLength pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems "
    "uniqueItems minProperties maxProperties timezone defaultTimezone required[] dimensions elementType "
    "distanceMetric embeddingModel embeddingModelVersion normalized enum[] validValues[]",
    beyond="enum validValues",
)

_QUALITY = keys(
    "quality rule",
    "id name type metric rule code query engine implementation* arguments* validValues* pattern* column* columns* "
    "specification* templateName toolName toolRuleName unit severity description",
    ignored="authoritativeDefinitions businessImpact customProperties dimension method schedule scheduler tags "
    "scheduleCronExpression",
    prefix="must",
    older="code column columns specification templateName toolName toolRuleName validValues pattern "
    "scheduleCronExpression",
)

VOCABULARY = Vocabulary({
    "file": _FILE,
    "object": _OBJECT,
    "property": _PROPERTY,
    "logical type options": _OPTIONS,
    "map": keys("map", below={"key": Below(one="property"), "value": Below(one="property")}),
    "enum value": keys(
        "enum value", "value", ignored="label id description customProperties authoritativeDefinitions tags"
    ),
    "quality rule": _QUALITY,
    "relationship": keys("relationship", "id type from[] to[]", ignored="customProperties"),
    "server": keys(
        "server", "type*", ignored="id server description environment roles customProperties tags", further=JUDGED,
        beyond="tags",
    ),
    "service level": keys(
        "service level", "id property value* valueExt unit element column driver",
        ignored="description scheduler schedule customProperties authoritativeDefinitions", older="column",
    ),
    "team": keys(
        "team", "name", ignored="id description tags customProperties authoritativeDefinitions",
        below={"members": Below(many="member", identity=("username", "name"))},
    ),
    "member": keys(
        "member of a team", "username name role dateOut",
        ignored="id description dateIn replacedByUsername tags customProperties authoritativeDefinitions comment",
        older="comment",
    ),
    "support channel": keys(
        "support channel", "channel url", ignored="id description tool scope invitationUrl customProperties"
    ),
    "role": keys(
        "role", "role", ignored="id description firstLevelApprovers secondLevelApprovers customProperties",
        unread="access",
    ),
})  # fmt: skip
