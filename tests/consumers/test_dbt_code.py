"""The calls of `ref` are found in templates and in Python as dbt itself finds them."""

from __future__ import annotations

import ast
from types import SimpleNamespace

import pytest
from dbt.clients.jinja import get_rendered
from dbt.parser.models import PythonParseVisitor

from dcr.consumers.readers import read_consumers


def _render(text: str) -> set[str]:
    """Return the models that dbt's own Jinja refers to when it renders a template."""
    found = set()

    def ref(*names: str, **versions: object) -> SimpleNamespace:
        version = versions.get("version") or versions.get("v")
        found.add(names[-1] + (f".v{version}" if version else ""))
        return SimpleNamespace(identifier=names[-1])

    context = {"ref": ref, "builtins": SimpleNamespace(ref=ref), "source": "{}.{}".format, "var": str}
    get_rendered(text, {**context, "dbt_utils": SimpleNamespace(star=dict)})
    return found


def _read(text: str, path: str = "models/report.sql") -> set[str]:
    consumers = read_consumers(path, text.encode()).consumers
    return {use.dataset_id for consumer in consumers for use in consumer.uses}


TEMPLATES = [
    "select * from {{ ref('orders') }}",
    'select * from {{ref("orders")}} join {{- ref( "shop" , \'stock\' ) -}} using (id)',
    "-- depends_on: {{ ref('orders') }}\nselect 1",
    "/* {{ ref('orders') }} */ select 1",
    "{# {{ ref('orders') }} #} select 1",
    "select 1 -- ref('orders')",
    "{% raw %}{{ ref('orders') }}{% endraw %} select 1",
    "{% set source_relation = ref('orders') %} select * from {{ source_relation }}",
    "{% set shape = {'a': {'b': ref('orders')}} %} select 1",
    "{{ dbt_utils.star(from=ref('orders'), except=['id']) }}",
    "select * from {{ ref('orders', v=2) }}, {{ ref('stock', version='1') }}",
    "select * from {{ ref('or' 'ders') }}",
    "select * from {{ ref('orders').identifier }} where '{{ \"ref('stock')\" }}' = 1",
    "{% if var('full') %} select * from {{ ref('orders') }} {% endif %}",
    "select * from {{ builtins.ref('orders') }}",
    "{%- for name in ['orders', 'stock'] -%} select * from {{ ref(name) }} {%- endfor -%}",
    "{% for v in [1, 2] %} select * from {{ ref('orders', v=v) }} {% endfor %}",
    "select * from {{ source('raw', 'orders') }}",
]


@pytest.mark.parametrize("text", TEMPLATES)
def test_a_template_refers_to_the_models_of_dbt(text):
    expected, found = _render(text), _read(text)
    computed = "ref(name)" in text or "v=v" in text
    assert found == expected or (computed and found >= expected)


DEFINITION = "def model(dbt, session):\n"
PYTHON = [
    f"{DEFINITION}    return dbt.ref('orders')\n",
    f"{DEFINITION}    orders, stock = dbt.ref('orders', v=2), dbt.ref('shop', 'stock')\n    return orders\n",
    f'{DEFINITION}    """dbt.ref("orders")"""\n    # dbt.ref("orders")\n    return session.ref("orders")\n',
    "def model(dbt, session):\n    return dbt.ref('orders').filter(f\"{dbt.ref('stock')}\")\n",
    "def model(dbt, session):\n    return dbt.source('raw', 'orders')\n",
]


@pytest.mark.parametrize("text", PYTHON)
def test_a_python_model_refers_to_the_models_of_dbt(text):
    visitor = PythonParseVisitor(None)
    visitor.visit(ast.parse(text))
    expected = {
        arguments[-1] + (f".v{named['v']}" if "v" in named else "")
        for function, arguments, named in visitor.dbt_function_calls
        if function == "ref"
    }
    assert _read(text, "models/report.py") == expected


def test_code_that_is_not_valid_counts_by_its_text():
    assert _read("select {{ ref('orders') }} from {{ ( }}") == {"orders"}
    assert _read("def model(dbt, session)\n    return dbt.ref('orders')", "models/report.py") == {"orders"}
    assert _read("\0 {{ ref('orders') }}") == {"orders"}


def test_a_hook_in_a_string_is_a_template_too():
    hook = "{{ config(post_hook=\"insert into log select * from {{ ref('orders') }}\") }} select 1"
    assert _read(hook) == {"orders"}


def test_snapshots_and_macros_have_their_own_names_and_tests_are_left_out():
    text = """
    {% snapshot daily %} select * from {{ ref('orders') }} {% endsnapshot %}
    {% macro latest() %} select * from {{ ref('stock') }} {% endmacro %}
    {% test positive(model) %} select * from {{ ref('orders') }} {% endtest %}
    {% macro ref(name) %} {{ return(builtins.ref(name)) }} {% endmacro %}
    """
    consumers = read_consumers("macros/all.sql", text.encode()).consumers
    assert [(each.source, each.name, [use.dataset_id for use in each.uses]) for each in consumers] == [
        ("dbt snapshot", "daily", ["orders"]),
        ("dbt macro", "latest", ["stock"]),
    ]


@pytest.mark.parametrize(
    ("text", "is_consumer"),
    [
        ("{{ config(enabled=false) }} select * from {{ ref('orders') }}", False),
        ("{{ config(materialized='table', enabled = False) }} select * from {{ ref('orders') }}", False),
        ("{{ config(enabled=var('all')) }} select * from {{ ref('orders') }}", True),
        ("{{ config(enabled=true) }} select * from {{ ref('orders') }}", True),
    ],
)
def test_a_model_that_disables_itself_is_no_consumer(text, is_consumer):
    assert bool(_read(text)) is is_consumer


def test_a_python_model_that_disables_itself_is_no_consumer():
    assert not _read("def model(dbt, session):\n    dbt.config(enabled=False)\n    return dbt.ref('orders')\n", "m.py")


def test_hostile_code_is_read_in_bounded_time():
    assert _read("{{ ref('orders') }}" * 20_000) == {"orders"}
    assert _read("x = " + "(" * 5_000 + "dbt.ref('orders')", "models/a.py") == {"orders"}
    names = ", ".join(f"'n{number}', {number}" for number in range(2_000))
    assert len(_read(f"{{% set names = [{names}] %}}{{{{ ref(names[0], v=names[1]) }}}}")) < 100_000
