"""Rules are found by walking their folder, and know what they are about."""

from __future__ import annotations

from pathlib import Path

from dcr.compatibility import rules
from dcr.compatibility.issue import CONSUMERS
from dcr.compatibility.rule import (
    CONSUMER,
    CONSUMER_KIND_PREFIXES,
    CONTRACT,
    FIELD,
    RUN,
    USE,
    load_rules,
    load_rules_about,
)


def test_every_file_of_the_folder_is_a_rule() -> None:
    folder = Path(rules.__file__).parent
    assert list(load_rules()) == sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")


def test_every_rule_is_about_one_of_five_subjects() -> None:
    subjects = (FIELD, CONTRACT, RUN, USE, CONSUMER)
    found = [rule.kind for about in subjects for rule in load_rules_about(about, foreign=True)]
    assert sorted(found) == list(load_rules())


def test_a_check_of_contracts_does_not_load_the_rules_about_consumers() -> None:
    about_consumers = {kind for kind, rule in load_rules().items() if rule.about in (USE, CONSUMER)}
    assert about_consumers == {kind for kind in load_rules() if kind.startswith(CONSUMER_KIND_PREFIXES)}


def test_the_summary_is_the_first_sentence_of_the_manual() -> None:
    rule = load_rules()["field_removed"]
    assert rule.summary == "A field was removed"
    assert rule.manual.startswith(f"{rule.summary}.\n\nWhy it breaks\n    ")


def test_a_rule_that_breaks_consumers_names_what_breaks_for_them() -> None:
    missing = [kind for kind, rule in load_rules().items() if (rule.breaks == CONSUMERS) is not bool(rule.impact)]
    assert missing == []
