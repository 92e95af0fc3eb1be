"""Defines the public pydantic models, which decide what a valid contract is.

Importing pydantic costs more than a whole ordinary check. Only the library imports this module, and the native format
when a file is not plainly valid.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_serializer, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from dcr.contract import contract as records
from dcr.contract.validity import find_part_violations, find_violations

if TYPE_CHECKING:
    from pydantic import ModelWrapValidatorHandler, SerializationInfo, SerializerFunctionWrapHandler

    from dcr.contract.violation import Key, Violation

VERSION_PATTERN = r"^(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,18})$"


Number = int | Annotated[float, Field(allow_inf_nan=False)]
"""A JSON number; booleans and text are not numbers."""


_is_nested: ContextVar[bool] = ContextVar("is_part", default=False)
"""Whether the model is validated as part of a larger one, which then reports every violation at once."""


class _StrictModel(BaseModel):
    """A model that rejects unknown keys and ignores keys starting with `x-`, which are the user's own.

    The content is validated as well as the shapes, for a part alone as for a contract. JSON output has only the keys
    that were set.
    """

    _above: ClassVar[tuple[Key, ...]] = ()
    """The path of such a part in a contract."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True, use_attribute_docstrings=True)

    @model_validator(mode="wrap")
    @classmethod
    def _validate_content(cls, value: Any, validate: ModelWrapValidatorHandler[Any]) -> Any:
        if isinstance(value, dict) and any(isinstance(key, str) and key.startswith("x-") for key in value):
            value = {key: item for key, item in value.items() if not (isinstance(key, str) and key.startswith("x-"))}
        if _is_nested.get():
            return validate(value)
        token = _is_nested.set(True)
        try:
            model = validate(value)
        finally:
            _is_nested.reset(token)
        _raise_violations(cls.__name__, cls._list_violations(model))
        return model

    @model_serializer(mode="wrap")
    def _serialize(self, dump: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        dumped: dict[str, Any] = dump(self)
        if info.mode != "json":
            return dumped
        return {key: value for key, value in dumped.items() if key in self.model_fields_set}

    def _list_violations(self) -> list[Violation]:
        return find_part_violations(self.model_dump(exclude_none=True), self._above)


def _raise_violations(title: str, violations: list[Violation]) -> None:
    """Raise `pydantic.ValidationError` with every violation, if there is any."""
    if violations:
        details = [
            InitErrorDetails(
                type=PydanticCustomError("contract_fault", "{reason}", {"reason": violation.message}),
                loc=violation.path,
                input=None,
            )
            for violation in violations
        ]
        raise ValidationError.from_exception_data(title, details)


class Owner(_StrictModel):
    """A team that is responsible for the dataset."""

    _above = ("owners", 0)

    team: str
    """The team's name."""
    contact: str | None = None
    """How to reach the team: a channel, an address or a rota."""


class FreshnessSLA(_StrictModel):
    """The maximum age of the data."""

    _above = ("freshness_sla",)

    max_lag_seconds: int
    """Maximum age of the newest row, in seconds; more than 0."""
    measurement: str | None = None
    """The time that the age is measured from, for example `event_time`."""


class ArrayItems(_StrictModel):
    """The elements of an array."""

    _above: ClassVar[tuple[Key, ...]] = ("fields", 0, "items")

    type: Annotated[str, Field(json_schema_extra={"enum": list(records.TYPES)})]
    """Type of the values."""
    required: bool = True
    """Whether a value must be present and not null in every row."""
    description: str | None = None
    """Meaning of a value."""
    deprecated: bool = False
    """Whether readers should stop using it."""
    enum: Annotated[list[str | int | float | bool], Field(fail_fast=True)] | None = None
    """The allowed values; not for timestamp, json, object or array."""
    min_length: int | None = None
    """Minimum length of a text, in characters."""
    max_length: int | None = None
    """Maximum length of a text, in characters."""
    pattern: str | None = None
    """Python regular expression that every value contains a match of; anchor it with `^` and `$`."""
    format: str | None = None
    """Name of a string format, for example `email`, `uuid` or `date`."""
    minimum: Number | None = None
    """Smallest value."""
    maximum: Number | None = None
    """Largest value."""
    exclusive_minimum: Number | None = None
    """Every value is greater than this."""
    exclusive_maximum: Number | None = None
    """Every value is less than this."""
    multiple_of: Number | None = None
    """Every value is a multiple of this; more than 0."""
    unique: bool | None = None
    """Whether every row has a different value."""
    min_items: int | None = None
    """Minimum number of elements of an array."""
    max_items: int | None = None
    """Maximum number of elements of an array."""
    fields: list[DataField] | None = None
    """The fields of an object."""
    items: ArrayItems | None = None
    """The elements of an array."""


class DataField(ArrayItems):
    """One column or attribute of the dataset."""

    _above = ("fields", 0)

    name: str
    """Name of the field, unique among its siblings."""


class DataContract(_StrictModel):
    """The contract of a dataset at one version.

    Raise `pydantic.ValidationError` with every violation at once. The rules for its content are in docs/contract.md.
    """

    dataset_id: Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": 128})]
    """Identity of the dataset, independent of the file's path: 1 to 128 characters."""
    version: Annotated[str, Field(json_schema_extra={"pattern": VERSION_PATTERN})]
    """MAJOR.MINOR.PATCH, without leading zeros, 19 digits each at most. Quote it."""
    description: str | None = None
    """Meaning of one row."""
    status: Annotated[str, Field(json_schema_extra={"enum": list(records.STATUSES)})] = "draft"
    """Lifecycle status of the version."""
    primary_key: list[str] = []
    """Names of the fields that identify a row, in order; each must be a required field and listed once."""
    owners: list[Owner] = []
    """The teams that are responsible for the dataset; at least one is expected."""
    freshness_sla: FreshnessSLA | None = None
    """Maximum age of the data."""
    deprecation_uri: str | None = None
    """Address of the migration plan; required when status is deprecated."""
    fields: list[DataField]
    """Columns of the dataset; at least one."""

    def field(self, name: str) -> DataField | None:
        """Return the top-level field of a name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def _list_violations(self) -> list[Violation]:
        return find_violations(self.model_dump(exclude_none=True))


def to_record(model: DataContract) -> records.Contract:
    """Return a model as the plain record that rules compare."""
    sla = model.freshness_sla
    return records.Contract(
        dataset_id=model.dataset_id,
        version=model.version,
        fields=tuple(to_field_record(field, field.name) for field in model.fields),
        description=model.description,
        status=model.status,
        primary_key=tuple(model.primary_key),
        owners=tuple(records.Owner(owner.team, owner.contact) for owner in model.owners),
        freshness_sla=records.FreshnessSLA(sla.max_lag_seconds, sla.measurement) if sla else None,
        deprecation_uri=model.deprecation_uri,
    )


def to_field_record(model: ArrayItems, name: str) -> records.Field:
    """Return one field with its nested fields as a record."""
    constraints = {key: getattr(model, key) for key in records.CONSTRAINTS if getattr(model, key) is not None}
    return records.Field(
        name=name,
        type=model.type,
        required=model.required,
        description=model.description,
        deprecated=model.deprecated,
        enum=None if model.enum is None else tuple(model.enum),
        constraints={key: value for key, value in constraints.items() if value is not False},
        fields=tuple(to_field_record(field, field.name) for field in model.fields or ()),
        items=to_field_record(model.items, "") if model.items else None,
    )
