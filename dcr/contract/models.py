"""The public models: the authority on what a valid contract is, for YAML, JSON and Python alike.

Importing pydantic costs more than a whole ordinary check, so only what needs the models imports this
module: the library, and the reader when a file is not plainly valid.
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
"""Whether what is validated is part of something larger, which then reports every fault at once."""


class _StrictModel(BaseModel):
    """Unknown keys are errors; keys starting with `x-` are the user's own and are left out.

    Content is refused as well as shapes, in a part alone as in a contract. JSON holds the keys that were written.
    """

    _above: ClassVar[tuple[Key, ...]] = ()
    """Where such a part stands in a contract."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True, use_attribute_docstrings=True)

    @model_validator(mode="wrap")
    @classmethod
    def _validate_content(cls, value: Any, shapes: ModelWrapValidatorHandler[Any]) -> Any:
        if isinstance(value, dict) and any(isinstance(key, str) and key.startswith("x-") for key in value):
            value = {key: each for key, each in value.items() if not (isinstance(key, str) and key.startswith("x-"))}
        if _is_nested.get():
            return shapes(value)
        whole = _is_nested.set(True)
        try:
            model = shapes(value)
        finally:
            _is_nested.reset(whole)
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


def _raise_violations(title: str, found: list[Violation]) -> None:
    """Raise `pydantic.ValidationError` with every fault, if there is one."""
    if found:
        details = [
            InitErrorDetails(
                type=PydanticCustomError("contract_fault", "{reason}", {"reason": fault.message}),
                loc=fault.path,
                input=None,
            )
            for fault in found
        ]
        raise ValidationError.from_exception_data(title, details)


class Owner(_StrictModel):
    """A team that answers for the dataset."""

    _above = ("owners", 0)

    team: str
    """The team's name."""
    contact: str | None = None
    """How to reach it: a channel, an address, a rota."""


class FreshnessSLA(_StrictModel):
    """The promise that the data is never older than this."""

    _above = ("freshness_sla",)

    max_lag_seconds: int
    """Greatest age of the newest row, in seconds; more than 0."""
    measurement: str | None = None
    """What the age is measured by, for example `event_time`."""


class ArrayItems(_StrictModel):
    """What the elements of an array are."""

    _above: ClassVar[tuple[Key, ...]] = ("fields", 0, "items")

    type: Annotated[str, Field(json_schema_extra={"enum": list(records.TYPES)})]
    """What the values are."""
    required: bool = True
    """Whether a value must be present and not null in every row."""
    description: str | None = None
    """What a value stands for."""
    deprecated: bool = False
    """Whether readers should stop using it."""
    enum: Annotated[list[str | int | float | bool], Field(fail_fast=True)] | None = None
    """The only values allowed; not for timestamp, json, object or array."""
    min_length: int | None = None
    """Shortest text, in characters."""
    max_length: int | None = None
    """Longest text, in characters."""
    pattern: str | None = None
    """Python regular expression found in every value; `^` and `$` anchor it."""
    format: str | None = None
    """Name of a text format, for example `email`, `uuid` or `date`."""
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
    """Whether no two rows share a value."""
    min_items: int | None = None
    """Fewest elements of an array."""
    max_items: int | None = None
    """Most elements of an array."""
    fields: list[DataField] | None = None
    """The fields of an object."""
    items: ArrayItems | None = None
    """The elements of an array."""


class DataField(ArrayItems):
    """One column or attribute of the dataset."""

    _above = ("fields", 0)

    name: str
    """The field's name; unique on its level."""


class DataContract(_StrictModel):
    """A dataset's agreement at one version.

    Raises `pydantic.ValidationError` with every cause at once. Content rules: the format description in
    docs/contract.md.
    """

    dataset_id: Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": 128})]
    """Identity of the dataset: 1 to 128 characters; never the file's path."""
    version: Annotated[str, Field(json_schema_extra={"pattern": VERSION_PATTERN})]
    """MAJOR.MINOR.PATCH, without leading zeros, 19 digits each at most. Quote it."""
    description: str | None = None
    """What one row stands for."""
    status: Annotated[str, Field(json_schema_extra={"enum": list(records.STATUSES)})] = "draft"
    """Where the version is in its life."""
    primary_key: list[str] = []
    """Names of the fields that identify a row, in order; each declared, required and named once."""
    owners: list[Owner] = []
    """The teams that answer for the dataset; at least one is expected."""
    freshness_sla: FreshnessSLA | None = None
    """How old the data may become."""
    deprecation_uri: str | None = None
    """Address of the migration plan; required when status is deprecated."""
    fields: list[DataField]
    """The columns; at least one."""

    def field(self, name: str) -> DataField | None:
        """Return the topmost field of a name, or None."""
        return next((each for each in self.fields if each.name == name), None)

    def _list_violations(self) -> list[Violation]:
        return find_violations(self.model_dump(exclude_none=True))


def to_record(model: DataContract) -> records.Contract:
    """Return what a model says, as the plain record that rules compare."""
    sla = model.freshness_sla
    return records.Contract(
        dataset_id=model.dataset_id,
        version=model.version,
        fields=tuple(to_field_record(each, each.name) for each in model.fields),
        description=model.description,
        status=model.status,
        primary_key=tuple(model.primary_key),
        owners=tuple(records.Owner(owner.team, owner.contact) for owner in model.owners),
        freshness_sla=records.FreshnessSLA(sla.max_lag_seconds, sla.measurement) if sla else None,
        deprecation_uri=model.deprecation_uri,
    )


def to_field_record(model: ArrayItems, name: str) -> records.Field:
    """Return one field, with what is nested in it, as a record."""
    constraints = {key: getattr(model, key) for key in records.CONSTRAINTS if getattr(model, key) is not None}
    return records.Field(
        name=name,
        type=model.type,
        required=model.required,
        description=model.description,
        deprecated=model.deprecated,
        enum=None if model.enum is None else tuple(model.enum),
        constraints={key: value for key, value in constraints.items() if value is not False},
        fields=tuple(to_field_record(each, each.name) for each in model.fields or ()),
        items=to_field_record(model.items, "") if model.items else None,
    )
