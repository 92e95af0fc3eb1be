"""Defines what dcr does with each key of an enforced dbt model and of its file.

Source: the JSON schema of property files in dbt-core 1.11, and docs.getdbt.com.
"""

from __future__ import annotations

from dcr.formats._keys.vocabulary import NestedMappings, Vocabulary, define_keys

_BUILD_SETTINGS = (
    "additional_libs auto_liquid_cluster automatic_clustering batch_id batch_size begin bind buckets category "
    "cluster_by cluster_id clustered_by as_columnstore compression concurrent_batches create_notebook custom_checks "
    "databricks_compute dataproc_cluster_name dist enable_list_inference enable_refresh event_time "
    "external_access_integrations full_refresh http_path imports include_full_name_in_path incremental_predicates "
    "incremental_strategy index_url indexes initialize intermediate_format jar_file_uri job_cluster_config labels "
    "labels_from_meta liquid_clustered_by lookback matched_condition merge_exclude_columns merge_update_columns "
    "merge_with_schema_evolution not_matched_by_source_action not_matched_by_source_condition not_matched_condition "
    "notebook_template_id on_configuration_change packages persist_docs predicates python_job_config python_version "
    "query_tag resource_tags secrets skip_matched_step skip_not_matched_step snowflake_warehouse sort sort_type "
    "source_alias static_analysis strictness submission_method table_tag target_alias tblproperties timeout "
    "tmp_relation_type unique_key use_anonymous_sproc user_folder_for_python auto_refresh state sync"
)
"""Settings for building a model that do not affect its columns."""

_READER_SETTINGS = (
    "adapter_properties backup base_location_root base_location_subpath catalog catalog_name column_types copy_grants "
    "databricks_tags external_volume file_format freshness grant_access_to grants hours_to_expiration "
    "kms_key_name location location_root max_staleness on_schema_change partition_by partition_expiration_days "
    "partitions post_hook pre_hook primary_key quoting refresh_interval_minutes refresh_mode require_partition_filter "
    "row_access_policy schedule secure sql_header table_format table_type target_lag transient"
)
"""Settings that affect readers: the location of a model, access to it, its freshness, or what a query needs."""

_CONFIG = "access group alias schema database materialized enabled meta*"
_CONTRACT = {"contract": NestedMappings(one="contract")}
_CONSTRAINTS = {"constraints": NestedMappings(many="constraint", identity=("name",))}
_COLUMN = "name data_type data_tests* tests*"
_COLUMN_IGNORED = "description meta tags"
_COLUMN_UNREAD = "quote policy_tags column_mask databricks_tags dimension entity granularity"

VOCABULARY = Vocabulary({
    "file": define_keys(
        "file", ignored="version sources seeds snapshots exposures groups metrics semantic_models saved_queries macros "
        "analyses unit_tests functions anchors tests data_tests",
        nested={"models": NestedMappings(many="model")},
    ),
    "model": define_keys(
        "model", "name access group latest_version deprecation_date meta* data_tests* tests*",
        ignored="description docs tags static_analysis_off_reason",
        unread="identifier time_spine agg_time_dimension primary_entity semantic_model derived_semantics metrics",
        nested={
            "config": NestedMappings(one="config"),
            "columns": NestedMappings(many="column"),
            "versions": NestedMappings(many="version", identity=("v",)),
            **_CONTRACT, **_CONSTRAINTS,
        },
        extra="access group meta contract docs tags", subject="dataset",
    ),
    "version": define_keys(
        "version", "v access deprecation_date data_tests* tests*", ignored="description docs defined_in tags meta",
        nested={
            "config": NestedMappings(one="config"),
            "columns": NestedMappings(many="column of a version"),
            **_CONTRACT, **_CONSTRAINTS,
        },
        extra="access deprecation_date data_tests tests description docs defined_in tags meta columns contract "
        "constraints", subject="dataset",
    ),
    "config": define_keys(
        "config", _CONFIG, ignored=f"description docs tags {_BUILD_SETTINGS}", unread=_READER_SETTINGS,
        nested=_CONTRACT,
    ),
    "contract": define_keys("contract", "enforced", ignored="checksum", unread="alias_types"),
    "column": define_keys(
        "column", _COLUMN, ignored=_COLUMN_IGNORED, unread=_COLUMN_UNREAD,
        nested={"config": NestedMappings(one="config of a column"), **_CONSTRAINTS}, extra="meta tags", subject="field",
    ),
    "column of a version": define_keys(
        "column of a version", f"{_COLUMN} include[] exclude[]", ignored=_COLUMN_IGNORED, unread=_COLUMN_UNREAD,
        nested={"config": NestedMappings(one="config of a column"), **_CONSTRAINTS}, extra="meta tags include exclude",
        subject="field",
    ),
    "config of a column": define_keys("config of a column", ignored="meta tags", unread="databricks_tags"),
    "constraint": define_keys(
        "constraint", "type expression columns[] to to_columns[]", ignored="name warn_unenforced warn_unsupported",
    ),
}, nested_datasets_key="versions", ignores_non_datasets=True)  # fmt: skip
