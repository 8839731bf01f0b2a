"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "subjects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subjects"),
        sa.UniqueConstraint("code", name="uq_subjects_code"),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("began", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("painful_side", sa.String(), nullable=False),
        sa.Column("rater", sa.String(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("hold_s", sa.Double(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("in_a_row", sa.Integer(), nullable=False),
        sa.Column("program_version", sa.String(), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("landmark", sa.String(), nullable=False),
        sa.Column("posture", sa.String(), nullable=False),
        sa.Column("scanner", sa.String(), nullable=False),
        sa.Column("probe", sa.String(), nullable=False),
        sa.Column("preset", sa.String(), nullable=False),
        sa.Column("depth_mm", sa.Double(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("last_s", sa.Double(), nullable=False),
        sa.Column("resumed", sa.Integer(), nullable=False),
        sa.Column("ended", sa.String(), nullable=False),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.Column("journal_bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_visits_subject_id_subjects"),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
        sa.UniqueConstraint("name", name="uq_visits_name"),
    )
    op.create_index("ix_visits_day", "visits", ["day"], unique=False)
    op.create_index("ix_visits_protocol", "visits", ["protocol"], unique=False)
    op.create_index("ix_visits_subject_id", "visits", ["subject_id"], unique=False)
    op.create_table(
        "borders",
        sa.Column("took_s", sa.Double(), nullable=True),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("sides", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_borders_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_borders"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_borders_visit_id_fact"),
    )
    op.create_table(
        "captures",
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("end_s", sa.Double(), nullable=False),
        sa.Column("breath", sa.String(), nullable=False),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("block", sa.String(), nullable=False),
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sides", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_captures_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_captures"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_captures_visit_id_fact"),
    )
    op.create_index(
        "ix_captures_trial",
        "captures",
        ["visit_id", "block", "sides", "view", "set_number", "number"],
        unique=False,
    )
    op.create_table(
        "checks",
        sa.Column("light", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("sides", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_checks_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_checks"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_checks_visit_id_fact"),
    )
    op.create_table(
        "functions",
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_functions_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_functions"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_functions_visit_id_fact"),
    )
    op.create_table(
        "pains",
        sa.Column("moment", sa.String(), nullable=False),
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("sides", sa.String(), nullable=True),
        sa.Column("view", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_pains_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pains"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_pains_visit_id_fact"),
    )
    op.create_table(
        "places",
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("shift_mm", sa.Double(), nullable=True),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column("landmark_mm", sa.Double(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("sides", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_places_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_places"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_places_visit_id_fact"),
    )
    op.create_table(
        "proposals",
        sa.Column("proposal", sa.String(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("hold_s", sa.Double(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("override", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_proposals_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_proposals_visit_id_fact"),
    )
    op.create_table(
        "remarks",
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_remarks_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_remarks"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_remarks_visit_id_fact"),
    )
    op.create_table(
        "repetitions",
        sa.Column("cue_s", sa.Double(), nullable=False),
        sa.Column("end_s", sa.Double(), nullable=False),
        sa.Column("feedback", sa.String(), nullable=False),
        sa.Column("breath", sa.String(), nullable=False),
        sa.Column("selectivity", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("block", sa.String(), nullable=False),
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sides", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_repetitions_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_repetitions"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_repetitions_visit_id_fact"),
    )
    op.create_index(
        "ix_repetitions_trial",
        "repetitions",
        ["visit_id", "block", "sides", "view", "set_number", "number"],
        unique=False,
    )
    op.create_table(
        "sets",
        sa.Column("block", sa.String(), nullable=False),
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("sides", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_sets_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sets"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_sets_visit_id_fact"),
    )
    op.create_table(
        "stages",
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("sides", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_stages_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stages"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_stages_visit_id_fact"),
    )
    op.create_table(
        "stills",
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("x_mm_per_px", sa.Double(), nullable=True),
        sa.Column("y_mm_per_px", sa.Double(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("block", sa.String(), nullable=False),
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sides", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_stills_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stills"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_stills_visit_id_fact"),
    )
    op.create_table(
        "targets",
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("low_percent", sa.Double(), nullable=True),
        sa.Column("high_percent", sa.Double(), nullable=True),
        sa.Column("ceiling_percent", sa.Double(), nullable=True),
        sa.Column("io_limit_percent", sa.Double(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("sides", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_targets_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_targets"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_targets_visit_id_fact"),
    )
    op.create_table(
        "troubles",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_troubles_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_troubles"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_troubles_visit_id_fact"),
    )
    op.create_table(
        "capture_levels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("muscle", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("mean", sa.Double(), nullable=True),
        sa.Column("sd", sa.Double(), nullable=True),
        sa.Column("n_pictures", sa.Integer(), nullable=False),
        sa.Column("ok_fraction", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["captures.id"], name="fk_capture_levels_capture_id_captures", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_capture_levels"),
    )
    op.create_index("ix_capture_levels_capture_id", "capture_levels", ["capture_id"], unique=False)
    op.create_table(
        "repetition_results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("repetition_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("muscle", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("rest_value", sa.Double(), nullable=True),
        sa.Column("rest_sd", sa.Double(), nullable=True),
        sa.Column("contracted_value", sa.Double(), nullable=True),
        sa.Column("change_absolute", sa.Double(), nullable=True),
        sa.Column("change_percent", sa.Double(), nullable=True),
        sa.Column("contraction_ratio", sa.Double(), nullable=True),
        sa.Column("change_se", sa.Double(), nullable=True),
        sa.Column("hold_s", sa.Double(), nullable=True),
        sa.Column("in_target_s", sa.Double(), nullable=True),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("n_pictures", sa.Integer(), nullable=False),
        sa.Column("ok_fraction", sa.Double(), nullable=True),
        sa.Column("border_source", sa.String(), nullable=False),
        sa.Column("rest_start_s", sa.Double(), nullable=True),
        sa.Column("rest_end_s", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["repetition_id"],
            ["repetitions.id"],
            name="fk_repetition_results_repetition_id_repetitions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_repetition_results"),
    )
    op.create_index(
        "ix_repetition_results_repetition_id", "repetition_results", ["repetition_id"], unique=False
    )
    op.create_table(
        "seconds",
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.Column("repetition_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("block", sa.String(), nullable=False),
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sides", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["captures.id"], name="fk_seconds_capture_id_captures", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["repetition_id"],
            ["repetitions.id"],
            name="fk_seconds_repetition_id_repetitions",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_seconds_visit_id_visits", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_seconds"),
        sa.UniqueConstraint("visit_id", "fact", name="uq_seconds_visit_id_fact"),
    )
    op.create_index("ix_seconds_capture_id", "seconds", ["capture_id"], unique=False)
    op.create_index("ix_seconds_repetition_id", "seconds", ["repetition_id"], unique=False)
    op.create_index(
        "ix_seconds_trial",
        "seconds",
        ["visit_id", "block", "sides", "view", "set_number", "number"],
        unique=False,
    )


def downgrade() -> None:
    """Take every table away."""
    op.drop_table("seconds")
    op.drop_table("repetition_results")
    op.drop_table("capture_levels")
    op.drop_table("troubles")
    op.drop_table("targets")
    op.drop_table("stills")
    op.drop_table("stages")
    op.drop_table("sets")
    op.drop_table("repetitions")
    op.drop_table("remarks")
    op.drop_table("proposals")
    op.drop_table("places")
    op.drop_table("pains")
    op.drop_table("functions")
    op.drop_table("checks")
    op.drop_table("captures")
    op.drop_table("borders")
    op.drop_table("visits")
    op.drop_table("subjects")
