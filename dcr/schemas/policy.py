"""The schema of the policy: `dcr.toml`, or `[tool.dcr]` in pyproject.toml."""

from __future__ import annotations

from typing import Any

from dcr.compatibility.rule import load_rules
from dcr.policy.policy import CHOICES, FIXED_SEVERITY_KINDS, MAX_DAYS, SEVERITY_LEVELS, Policy
from dcr.schemas.fragments import build_enum, build_header

_GLOB = r"^(?!\.?/)(?!(?:.*/)?\.\.(?:/|$))[^\\\[\]{}]+$"
_DESCRIPTIONS = {
    "contracts": "Globs of the files that are contracts; without any, contracts are found by what files hold.",
    "exclude": "Globs of files that are not looked at.",
    "base": "The ref to compare with when no option or CI variable names one.",
    "mode": "What has to be able to read what.",
    "modes": "Modes of datasets whose id matches a pattern; the first that matches counts.",
    "severity": "Severities of kinds, other than their own.",
    "fail_on": "The severity from which a run ends with exit code 1.",
    "breaking": "Whether a MAJOR bump lets a break through.",
    "draft": "Whether breaks of contracts that were drafts already are only warnings.",
    "transitive_within": "Which released versions a transitive mode compares with: of the same MAJOR, or all.",
    "min_deprecation_days": "Days that a field or contract has to be deprecated on the base before it may go.",
    "accept_from": "The side acceptances are read from; base makes them need a change of their own.",
}
_VALUE_DESCRIPTIONS: dict[str, dict[str, str]] = {
    "mode": {
        "backward": "the proposed contract reads rows already written, and consumers find what they select",
        "forward": "the previous contract reads rows to come",
        "full": "both backward and forward",
        "none": "no rules on fields; those that always run still do",
        "backward_transitive": "backward, from every released version",
        "forward_transitive": "forward, from every released version",
        "full_transitive": "full, from every released version",
    },
    "fail_on": {
        "never": "exit code 0 whatever is found",
        "error": "exit code 1 when there is an error",
        "warning": "exit code 1 when there is an error or a warning",
    },
    "breaking": {
        "allow-with-major": "a break is a warning when the version takes the MAJOR it owes",
        "forbid": "a break needs an acceptance, whatever the version",
    },
    "draft": {"warn": "a draft's breaks are warnings", "enforce": "a draft is judged like any other contract"},
    "accept_from": {
        "proposed": "an acceptance may come with the change it accepts",
        "base": "an acceptance has to be merged before the change it accepts",
    },
    "transitive_within": {
        "major": "the released versions of the proposed version's MAJOR",
        "history": "all released versions",
    },
}
_EXAMPLES: dict[str, list[Any]] = {
    "contracts": [["contracts/**/*.yaml"]],
    "exclude": [["contracts/attic/**"]],
    "base": ["origin/main"],
    "modes": [{"finance.*": "full", "sandbox.*": "none"}],
    "severity": [{"value_ambiguous": "error", "freshness_sla_loosened": "off"}],
    "min_deprecation_days": [90],
}


def build_policy_schema() -> dict[str, Any]:
    """Return the schema of dcr.toml, and of `[tool.dcr]` in pyproject.toml."""
    glob = {"type": "string", "minLength": 1, "pattern": _GLOB}
    globs = {"type": "array", "items": glob}
    defaults = Policy()
    shapes: dict[str, dict[str, Any]] = {
        **{name: {**build_enum(_VALUE_DESCRIPTIONS[name]), "default": getattr(defaults, name)} for name in CHOICES},
        "contracts": {"anyOf": [glob, {**globs, "minItems": 1}]},
        "exclude": {"anyOf": [glob, globs], "default": []},
        "min_deprecation_days": {
            "type": "integer",
            "minimum": 0,
            "maximum": MAX_DAYS,
            "default": defaults.min_deprecation_days,
        },
        "base": {"type": "string", "minLength": 1},
        "modes": {"type": "object", "additionalProperties": build_enum(_VALUE_DESCRIPTIONS["mode"])},
        "severity": {"type": "object", "properties": _build_severity_properties(), "additionalProperties": False},
    }
    told = {name: {"description": _DESCRIPTIONS[name], **shape} for name, shape in shapes.items()}
    return {
        **build_header("policy", "dcr policy", "What a repository asks of its contracts."),
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {**shape, **({"examples": _EXAMPLES[name]} if name in _EXAMPLES else {})}
            for name, shape in told.items()
        },
    }


def _build_severity_properties() -> dict[str, Any]:
    rules = (rule for kind, rule in load_rules().items() if kind not in FIXED_SEVERITY_KINDS)
    return {
        rule.kind: {"description": f"{rule.summary}.", "enum": list(SEVERITY_LEVELS), "default": rule.severity}
        for rule in rules
    }
