"""Defines what dcr does with each key of the Open Data Contract Standard, v2.2 to v3.2.

Source: the JSON schemas of v3.1.0 and v3.2.0; the keys of v2.2 are those of its documentation and examples.
"""

from __future__ import annotations

from dcr.formats._keys.vocabulary import COMPARED, NestedMappings, Vocabulary, define_keys

_FILE = define_keys(
    "file",
    "id uuid version kind apiVersion status slaDefaultElement slaDefaultColumn productDl productSlackChannel "
    "customProperties*",
    ignored="name tenant tags dataProduct domain description context price authoritativeDefinitions contractCreatedTs "
    "datasetDomain quantumName userConsumptionMode productFeedbackUrl datasetKind systemInstance schedulerAppName "
    "username password",
    unread="type sourcePlatform sourceSystem project datasetProject datasetName database driver driverVersion server",
    nested={
        "schema": NestedMappings(
            one="object", many="object", identity=("name", "physicalName"), one_if=("properties",)
        ),
        "dataset": NestedMappings(many="object", identity=("table", "name")),
        "servers": NestedMappings(many="server", identity=("server", "id")),
        "slaProperties": NestedMappings(many="service level", identity=("id", "property")),
        "team": NestedMappings(one="team", many="member", identity=("username", "name"), one_if=("name", "members")),
        "stakeholders": NestedMappings(many="member", identity=("username",)),
        "support": NestedMappings(many="support channel", identity=("channel",)),
        "roles": NestedMappings(many="role", identity=("role",)),
    },
    older="uuid dataset stakeholders slaDefaultColumn productDl productSlackChannel datasetDomain quantumName "
    "userConsumptionMode productFeedbackUrl datasetKind systemInstance schedulerAppName username password type "
    "sourcePlatform sourceSystem project datasetProject datasetName database driver driverVersion server",
)

_TERMS = {
    "quality": NestedMappings(many="quality rule", identity=("id", "name")),
    "relationships": NestedMappings(many="relationship", identity=("id",)),
}

_OBJECT = define_keys(
    "object of the schema",
    "name table physicalName deprecated",
    ignored="id logicalType description businessName synonyms authoritativeDefinitions tags customProperties context "
    "priorityOrder dataGranularityDescription dataGranularity",
    unread="physicalType",
    nested={
        "properties": NestedMappings(many="property"),
        "columns": NestedMappings(many="property", identity=("column", "name")),
        **_TERMS,
    },
    older="table columns priorityOrder dataGranularity",
    subject="dataset",
)

_PROPERTY = define_keys(
    "property",
    "name column logicalType physicalType physicalName encryptedName required isNullable unique isUnique primaryKey "
    "isPrimaryKey isPrimary primaryKeyPosition semanticType transformLogic deprecated customProperties* validValues[]",
    ignored="id description businessName synonyms authoritativeDefinitions tags classification examples "
    "criticalDataElement transformSourceObjects transformDescription criticalDataElementStatus transformSourceTables "
    "sampleValues",
    unread="partitioned partitionKeyPosition partitionStatus clusterStatus clusterKeyPosition encryptedColumnName",
    nested={
        "logicalTypeOptions": NestedMappings(one="logical type options"),
        "enum": NestedMappings(many="enum value", identity=("value",), allows_scalars=True),
        "properties": NestedMappings(many="property"),
        "items": NestedMappings(one="property"),
        "map": NestedMappings(one="map"),
        **_TERMS,
    },
    older="column isNullable isUnique isPrimaryKey isPrimary criticalDataElementStatus transformSourceTables "
    "sampleValues partitionStatus clusterStatus clusterKeyPosition encryptedColumnName",
    extra="validValues",
    subject="field",
)

_OPTIONS = define_keys(
    "logical type options",
    "minLength maxLength pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems "
    "uniqueItems minProperties maxProperties timezone defaultTimezone required[] dimensions elementType "
    "distanceMetric embeddingModel embeddingModelVersion normalized enum[] validValues[]",
    extra="enum validValues",
)

_QUALITY = define_keys(
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
    "map": define_keys("map", nested={"key": NestedMappings(one="property"), "value": NestedMappings(one="property")}),
    "enum value": define_keys(
        "enum value", "value", ignored="label id description customProperties authoritativeDefinitions tags"
    ),
    "quality rule": _QUALITY,
    "relationship": define_keys("relationship", "id type from[] to[]", ignored="customProperties"),
    "server": define_keys(
        "server", "type*", ignored="id server description environment roles customProperties tags", other_use=COMPARED,
        extra="tags",
    ),
    "service level": define_keys(
        "service level", "id property value* valueExt unit element column driver",
        ignored="description scheduler schedule customProperties authoritativeDefinitions", older="column",
    ),
    "team": define_keys(
        "team", "name", ignored="id description tags customProperties authoritativeDefinitions",
        nested={"members": NestedMappings(many="member", identity=("username", "name"))},
    ),
    "member": define_keys(
        "member of a team", "username name role dateOut",
        ignored="id description dateIn replacedByUsername tags customProperties authoritativeDefinitions comment",
        older="comment",
    ),
    "support channel": define_keys(
        "support channel", "channel url", ignored="id description tool scope invitationUrl customProperties"
    ),
    "role": define_keys(
        "role", "role", ignored="id description firstLevelApprovers secondLevelApprovers customProperties",
        unread="access",
    ),
})  # fmt: skip
