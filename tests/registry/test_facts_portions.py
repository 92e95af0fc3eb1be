from __future__ import annotations

from typing import TYPE_CHECKING

from repositories import Repository, contract

from dcr.git.repository import discover_repository
from dcr.registry.history.facts_portions import stream_facts
from dcr.registry.history.facts_reader import FactsReader

if TYPE_CHECKING:
    from pathlib import Path

TABLES = "".join(f"  - {{name: {name}, properties: [{{name: id, logicalType: string}}]}}\n" for name in "abc")
STANDARD = f"apiVersion: v3.1.0\nkind: DataContract\nid: shop\nstatus: active\nschema:\n{TABLES}"


def test_processes_read_the_facts_that_one_reads(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    versions, contents = [], []
    for number in range(4):
        texts = {f"contracts/d{each}.yaml": contract(f"shop.d{each}", f"1.{number}.0") for each in range(4)}
        texts["contracts/shop.yaml"] = STANDARD + f"version: 1.{number}.0\n"
        texts["contracts/bad.yaml"] = f"dataset_id: [{number}"
        repository.commit(dict(texts))
        blobs = repository.git("rev-parse", *(f"HEAD:{path}" for path in texts)).split()
        versions += list(zip(texts, blobs, strict=True))
        contents += list(texts.values())
    by_blob = {blob: content.encode() for (_, blob), content in zip(versions, contents, strict=True)}
    versions.sort(key=lambda version: version[0])
    git = discover_repository(str(repository.folder)).git
    alone = list(stream_facts(git, versions, 1))
    assert alone == list(stream_facts(git, versions, 2, size=3))
    assert [oid for oid, _ in alone] == [oid for _, oid in versions]
    reader = FactsReader()
    assert alone == [(oid, reader.read_facts(path, oid, by_blob[oid])) for path, oid in versions]
    assert sum(len(facts.datasets) for _, facts in alone) == 4 * (4 + 3)
