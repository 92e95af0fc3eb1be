"""Renders a Jinja2 template as one HTML file that loads nothing from elsewhere.

Templates, style sheet and script are in `dcr/rendering/templates`. Every value that a template prints is made printable
and escaped. A Content Security Policy allows this style and this script alone.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from dcr.report.summary import format_count
from dcr.text.printable import escape_ci_markers, make_printable
from dcr.version import __version__

_PACKAGE, _FOLDER = "dcr.rendering", "templates"


def render_page(template: str, **context: Any) -> str:
    """Return the page as ASCII, so that it survives any encoding it is written in. `context` is for the template."""
    pieces = _environment().get_template(template).generate(context)
    return "".join(piece.encode("ascii", "xmlcharrefreplace").decode() for piece in pieces) + "\n"


def escape_text(text: object) -> Markup:
    """Return untrusted text as HTML for an element or a quoted attribute; markup and numbers stay as they are.

    Line breaks are written as escapes, so no line of the page begins with text of a contract.
    """
    if isinstance(text, Markup):
        return text
    if text is None or isinstance(text, bool):
        raise TypeError(f"a template prints {text}")
    escaped = escape(make_printable(str(text)))
    if "##" not in escaped:
        return escaped
    return Markup(escape_ci_markers(escaped, escape="&#35;"))  # noqa: S704 (escaped right here)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(_PACKAGE, _FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=escape_text,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    style, script = _read_asset("style.css"), _read_asset("script.js")
    environment.filters |= {"counted": format_count, "number": "{:,}".format}
    environment.globals |= {
        "style": style,
        "script": script,
        "content_security_policy": _content_security_policy(style, script),
        "line_break": Markup("\n"),
        "dcr_version": __version__,
    }
    return environment


def _read_asset(name: str) -> Markup:
    return Markup(files(_PACKAGE).joinpath(_FOLDER, name).read_text("ascii"))  # noqa: S704 (a file of this package)


def _content_security_policy(style: str, script: str) -> str:
    """Return the policy that allows this style and this script and nothing else (W3C CSP3, hash sources)."""
    hashes = [base64.b64encode(hashlib.sha256(asset.encode()).digest()).decode() for asset in (style, script)]
    allowed = f"style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; img-src data:"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
