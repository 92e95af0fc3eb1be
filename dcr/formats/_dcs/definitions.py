"""Follows the references of a Data Contract Specification file to its definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcr.text.suggestions import format_suggestion

if TYPE_CHECKING:
    from dcr.formats._foreign.mapping import SourceMapping

_MAX_REFERENCES = 10_000
_MAX_DEPTH = 60  # references and levels, of what is unfolded
_KEYS_PER_FIELD = 20


class Definitions:
    """What `$ref` may refer to. Only so many references are followed: each may hold further ones."""

    def __init__(self, tree: SourceMapping | None) -> None:
        self.tree, self.left = tree, _MAX_REFERENCES
        self.found: dict[str, SourceMapping | None] = {}

    @property
    def followed_count(self) -> int:
        """How many references were followed."""
        return _MAX_REFERENCES - self.left

    def resolve(self, tree: SourceMapping, inside: tuple[str, ...]) -> tuple[SourceMapping, tuple[str, ...]]:
        """Return a field with what its `$ref` defines below what it says itself, and the references it is inside of."""
        merged, reference = tree, tree.text("$ref")
        while reference is not None:
            self.left -= 1
            found = self.find(reference)
            problem = (
                f"'{reference}' is not in this file" if found is None
                else f"'{reference}' refers to itself, so what is below it is not compared" if reference in inside
                else f"'{reference}' is not followed: it is {_MAX_DEPTH} levels deep" if len(inside) >= _MAX_DEPTH
                else f"'{reference}' is not followed: more than {_MAX_REFERENCES} references" if self.left < 0
                else None
            )  # fmt: skip
            if found is None or problem is not None:
                near = self._suggest(reference) if found is None else ""
                tree.note(tree.locate("$ref"), problem or "", near or "write the field out")
                break
            tree.count_columns(reference, len(found.pairs) // _KEYS_PER_FIELD)
            merged, inside = merged.with_defaults(found), (*inside, reference)
            reference = found.text("$ref")
        return merged, inside

    def _suggest(self, reference: str) -> str:
        """Return a hint at a definition of the same name elsewhere, or of a name like it."""
        known = [f"#/definitions/{name}" for name in (self.tree.pairs if self.tree else ())]
        last = reference.rpartition("/")[2]
        alike = next((each for each in known if each.rpartition("/")[2] == last), None)
        return f"did you mean '{alike}'?" if alike else format_suggestion(reference, known)

    def find(self, reference: str) -> SourceMapping | None:
        """Return what is named; `checkout/order_id` may be one key, as in the specification's own examples."""
        if reference not in self.found:
            self.found[reference] = self._find(reference)
        return self.found[reference]

    def _find(self, reference: str) -> SourceMapping | None:
        if self.tree is None or not reference.startswith("#/definitions/"):
            return None
        name = reference.removeprefix("#/definitions/")
        return self.tree.mapping(name) or _follow_steps(
            self.tree, [step.replace("~1", "/").replace("~0", "~") for step in name.split("/")]
        )


def _follow_steps(tree: SourceMapping | None, steps: list[str]) -> SourceMapping | None:
    for step in steps:
        tree = tree.mapping(step) if tree else None
    return tree
