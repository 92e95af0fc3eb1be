"""Builds the schema of the policy: `dcr.toml`, or `[tool.dcr]` in pyproject.toml."""

from __future__ import annotations

from typing import Any

from dcr.compatibility.rule import load_rules
from dcr.policy.consumer_settings import DEFAULT_PATHS, ConsumerSettings
from dcr.policy.index_settings import MAX_AGE, UNAVAILABLE, URL, IndexSettings
from dcr.policy.policy import CHOICES, FIXED_SEVERITY_KINDS, MAX_DAYS, SEVERITY_LEVELS, Policy
from dcr.policy.teams import HANDLE
from dcr.schemas.fragments import build_enum, build_header

_GLOB = r"^(?!\.?/)(?!(?:.*/)?\.\.(?:/|$))[^\\\[\]{}]+$"
_DESCRIPTIONS = {
    "contracts": "Globs of the contract files; without any, contracts are detected by their content.",
    "exclude": "Globs of files to ignore.",
    "base": "The ref to compare with when no option or CI variable sets one.",
    "mode": "The compatibility mode: which version must be able to read data of the other.",
    "modes": "Modes of datasets whose id matches a pattern; the first match applies.",
    "severity": "Severities of kinds that differ from their defaults.",
    "fail_on": "The lowest severity that makes dcr exit with code 1.",
    "breaking": "Whether a MAJOR bump allows a breaking change.",
    "draft": "Whether breaking changes of contracts that were already drafts are only warnings.",
    "transitive_within": "Which released versions a transitive mode compares with: those of the same MAJOR, or all.",
    "min_deprecation_days": "Days that a field or contract must be deprecated on the base before it may be removed.",
    "consumers": "Settings about declared consumers, or the globs of the files that declare them.",
    "accept_from": "Where acceptances are read from: the proposed version, or the base (merged before the change).",
    "index": "The index of the consumers that other repositories declare, or its address alone.",
    "teams": "The handles in CODEOWNERS of the teams that own contracts.",
}
_VALUE_DESCRIPTIONS: dict[str, dict[str, str]] = {
    "mode": {
        "backward": "the proposed contract can read existing rows, and queries of consumers still work",
        "forward": "the previous contract can read new rows",
        "full": "both backward and forward",
        "none": "no compatibility rules; rules that always run still apply",
        "backward_transitive": "backward, compared with every released version",
        "forward_transitive": "forward, compared with every released version",
        "full_transitive": "full, compared with every released version",
    },
    "fail_on": {
        "never": "exit code 0 for any issue",
        "error": "exit code 1 if there is an error",
        "warning": "exit code 1 if there is an error or a warning",
    },
    "breaking": {
        "allow-with-major": "a breaking change is a warning if the version has the required MAJOR bump",
        "forbid": "a breaking change needs an acceptance, even with a MAJOR bump",
    },
    "draft": {
        "warn": "breaking changes of a draft are warnings",
        "enforce": "a draft is checked like any other contract",
    },
    "accept_from": {
        "proposed": "an acceptance may be part of the change that it accepts",
        "base": "an acceptance must be merged before the change that it accepts",
    },
    "transitive_within": {
        "major": "released versions with the same MAJOR as the proposed version",
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
    "teams": [{"finance": "@acme/finance", "growth": ["@acme/growth", "ada@example.com"]}],
    "consumers": [{"breaking": "declared", "complete": ["users.*"]}],
    "index": [{"url": "postgresql://dcr@db.example.org/contracts", "max_age": "12h"}],
}
_CONSUMER_DESCRIPTIONS: dict[str, dict[str, str]] = {
    "breaking": {
        "declared": "a break that reaches no declared consumer is a warning, if the dataset's consumers are complete",
        "all": "every break is an error, whether or not a declared consumer uses what breaks",
    },
    "accept_by": {
        "owners": "the acceptances at the root of the repository count",
        "consumers": "each consumer that a break reaches accepts it, in dcr.accepted.yaml in the consumer's own folder",
    },
}


def build_policy_schema() -> dict[str, Any]:
    """Return the schema of dcr.toml and of `[tool.dcr]` in pyproject.toml."""
    glob = {"type": "string", "minLength": 1, "pattern": _GLOB}
    globs = {"type": "array", "items": glob}
    handle = {"type": "string", "pattern": HANDLE}
    handles = {"anyOf": [handle, {"type": "array", "items": handle, "minItems": 1}]}
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
        "consumers": {"anyOf": [_build_consumer_settings(glob), glob, {**globs, "minItems": 1}]},
        "index": {"anyOf": [_build_index_settings(), {"type": "string", "pattern": URL}]},
        "severity": {"type": "object", "properties": _build_severity_properties(), "additionalProperties": False},
        "teams": {"type": "object", "propertyNames": {"pattern": r"\S"}, "additionalProperties": handles},
    }
    described = {name: {"description": _DESCRIPTIONS[name], **shape} for name, shape in shapes.items()}
    return {
        **build_header("policy", "dcr policy", "The compatibility policy of a repository."),
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {**shape, **({"examples": _EXAMPLES[name]} if name in _EXAMPLES else {})}
            for name, shape in described.items()
        },
    }


def _build_consumer_settings(glob: dict[str, Any]) -> dict[str, Any]:
    patterns = {"type": "string", "minLength": 1}
    defaults = ConsumerSettings()
    choices = {
        name: {**build_enum(values), "default": getattr(defaults, name)}
        for name, values in _CONSUMER_DESCRIPTIONS.items()
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "paths": {
                "description": "Globs of the files that declare consumers.",
                "anyOf": [glob, {"type": "array", "items": glob, "minItems": 1}],
                "default": list(DEFAULT_PATHS),
            },
            **choices,
            "complete": {
                "description": "Patterns of the ids of datasets whose consumers are all declared.",
                "anyOf": [patterns, {"type": "array", "items": patterns}],
                "default": [],
            },
        },
    }


def _build_index_settings() -> dict[str, Any]:
    defaults = IndexSettings()
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["url"],
        "properties": {
            "url": {"description": "The address of the index, without a password.", "type": "string", "pattern": URL},
            "max_age": {
                "description": "How long ago each repository of the index may have been read.",
                "type": "string",
                "pattern": MAX_AGE,
                "default": defaults.max_age,
            },
            "unavailable": {
                "description": "What a check does if the index cannot be used: fail with exit code 2, or warn.",
                "enum": list(UNAVAILABLE),
                "default": defaults.unavailable,
            },
            "repository": {
                "description": "The name of this repository in the index, if it differs from its remotes' addresses.",
                "type": "string",
                "minLength": 1,
            },
        },
    }


def _build_severity_properties() -> dict[str, Any]:
    rules = (rule for kind, rule in load_rules().items() if kind not in FIXED_SEVERITY_KINDS)
    return {
        rule.kind: {"description": f"{rule.summary}.", "enum": list(SEVERITY_LEVELS), "default": rule.severity}
        for rule in rules
    }
