"""Resolves the references of a Data Contract Specification file to its definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from dcr.formats._foreign.mapping import SourceMapping

_MAX_REFERENCES = 10_000
_MAX_DEPTH = 60  # references and levels together
_KEYS_PER_FIELD = 20


class Definitions:
    """The definitions that `$ref` may refer to.

    The number of followed references is limited, since each definition may have further references.
    """

    def __init__(self, tree: SourceMapping | None) -> None:
        self.tree, self.remaining = tree, _MAX_REFERENCES
        self.cache: dict[str, SourceMapping | None] = {}

    @property
    def followed_count(self) -> int:
        """The number of references that were followed."""
        return _MAX_REFERENCES - self.remaining

    def resolve(self, field: SourceMapping, enclosing: tuple[str, ...]) -> tuple[SourceMapping, tuple[str, ...]]:
        """Return a field with the definitions of its `$ref` as defaults, and the references that it is nested in."""
        merged, reference = field, field.text("$ref")
        while reference is not None:
            self.remaining -= 1
            definition = self.find(reference)
            problem = (
                "is not in this file" if definition is None
                else "refers to itself, and is not followed" if reference in enclosing
                else f"is {_MAX_DEPTH} levels deep, and is not followed" if len(enclosing) >= _MAX_DEPTH
                else f"is not followed: the file has more than {_MAX_REFERENCES} references" if self.remaining < 0
                else None
            )  # fmt: skip
            if definition is None or problem is not None:
                suggestion = self._suggest(reference) if definition is None else ""
                message = f"'{reference}' {problem}"
                field.notes.add(field.locate("$ref"), message, suggestion or "write the field in full")
                break
            field.count_columns(reference, len(definition.pairs) // _KEYS_PER_FIELD)
            merged, enclosing = merged.with_defaults(definition), (*enclosing, reference)
            reference = definition.text("$ref")
        return merged, enclosing

    def _suggest(self, reference: str) -> str:
        """Return a hint with a definition of the same name elsewhere, or of a similar name."""
        paths = [f"#/definitions/{name}" for name in (self.tree.pairs if self.tree else ())]
        last = reference.rpartition("/")[2]
        same_name = next((path for path in paths if path.rpartition("/")[2] == last), None)
        return f"did you mean '{same_name}'?" if same_name else format_suggestion(reference, paths)

    def find(self, reference: str) -> SourceMapping | None:
        """Return the definition of a reference, or None.

        `checkout/order_id` may be one key, as in the specification's own examples.
        """
        if reference not in self.cache:
            self.cache[reference] = self._find(reference)
        return self.cache[reference]

    def _find(self, reference: str) -> SourceMapping | None:
        if self.tree is None or not reference.startswith("#/definitions/"):
            return None
        name = reference.removeprefix("#/definitions/")
        return self.tree.mapping(name) or _follow_steps(
            self.tree, [step.replace("~1", "/").replace("~0", "~") for step in name.split("/")]
        )


def _follow_steps(mapping: SourceMapping | None, steps: list[str]) -> SourceMapping | None:
    for step in steps:
        mapping = mapping.mapping(step) if mapping else None
    return mapping
