"""The first tables. Every statement may run again: MariaDB commits each by itself (OPS-07)."""

import sqlalchemy as sa
from alembic import op

from mfa_engine.storage import base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create whatever is not there yet."""
    op.create_table(
        "access_token",
        sa.Column("value_hash", base.Key(64), nullable=False),
        sa.Column("grant_id", base.Key(40), nullable=False),
        sa.Column("session_id", base.Key(40), nullable=True),
        sa.Column("client_id", base.Key(120), nullable=False),
        sa.Column("resolver", base.Key(120), nullable=False),
        sa.Column("uid", base.Key(320), nullable=False),
        sa.Column("realm", base.Key(120), nullable=False),
        sa.Column("scope", base.Json(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("expires_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("value_hash", name=op.f("pk_access_token")),
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_access_token_expires_at"), "access_token", ["expires_at"], unique=False, if_not_exists=True
    )
    op.create_index(
        "ix_access_token_grant_id", "access_token", ["grant_id"], unique=False, if_not_exists=True
    )
    op.create_index(
        "ix_access_token_session_id", "access_token", ["session_id"], unique=False, if_not_exists=True
    )
    op.create_table(
        "administrator",
        sa.Column("resolver", base.Key(120), nullable=False),
        sa.Column("uid", base.Key(320), nullable=False),
        sa.Column("login", base.Key(320), nullable=False),
        sa.Column("role", base.Key(40), nullable=False),
        sa.Column("realms", base.Json(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("resolver", "uid", name=op.f("pk_administrator")),
        if_not_exists=True,
    )
    op.create_table(
        "audit",
        sa.Column("id", base.Key(32), nullable=False),
        sa.Column("at", base.Instant(), nullable=False),
        sa.Column("event", base.Key(60), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("reason", base.Key(60), nullable=False),
        sa.Column("actor", base.LongText, nullable=False),
        sa.Column("resolver", base.Key(120), nullable=True),
        sa.Column("uid", base.Key(320), nullable=True),
        sa.Column("subject", base.LongText, nullable=False),
        sa.Column("realm", base.LongText, nullable=False),
        sa.Column("serial", base.Key(40), nullable=True),
        sa.Column("application", base.LongText, nullable=False),
        sa.Column("address", base.Key(60), nullable=False),
        sa.Column("request_id", base.Key(40), nullable=False),
        sa.Column("details", base.Json(), nullable=False),
        sa.Column("mac", base.Bytes, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        if_not_exists=True,
    )
    op.create_index("ix_audit_person", "audit", ["resolver", "uid", "id"], unique=False, if_not_exists=True)
    op.create_index(op.f("ix_audit_request_id"), "audit", ["request_id"], unique=False, if_not_exists=True)
    op.create_index("ix_audit_serial", "audit", ["serial", "id"], unique=False, if_not_exists=True)
    op.create_table(
        "challenge",
        sa.Column("id", base.BigKey, nullable=False),
        sa.Column("transaction_id", base.Key(40), nullable=False),
        sa.Column("token_id", sa.BigInteger(), nullable=False),
        sa.Column("prompt", base.Json(), nullable=False),
        sa.Column("answer_mac", base.Bytes, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("max_tries", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Boolean(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("expires_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sa.UniqueConstraint("transaction_id", "token_id", name=op.f("uq_challenge_transaction_id_token_id")),
        if_not_exists=True,
    )
    op.create_index("ix_challenge_expires_at", "challenge", ["expires_at"], unique=False, if_not_exists=True)
    op.create_index("ix_challenge_token_id", "challenge", ["token_id"], unique=False, if_not_exists=True)
    op.create_table(
        "client",
        sa.Column("client_id", base.Key(120), nullable=False),
        sa.Column("document", base.Json(), nullable=False),
        sa.Column("secret_hash", base.Key(64), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("changed_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client")),
        if_not_exists=True,
    )
    op.create_table(
        "consent",
        sa.Column("id", base.Key(64), nullable=False),
        sa.Column("resolver", base.Key(120), nullable=False),
        sa.Column("uid", base.Key(320), nullable=False),
        sa.Column("application", base.Key(520), nullable=False),
        sa.Column("names", base.Json(), nullable=False),
        sa.Column("given_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_consent_application"), "consent", ["application"], unique=False, if_not_exists=True
    )
    op.create_index("ix_consent_person", "consent", ["resolver", "uid"], unique=False, if_not_exists=True)
    op.create_table(
        "data_key",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrapped", base.Bytes, nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_data_key")),
        if_not_exists=True,
    )
    op.create_table(
        "login_transaction",
        sa.Column("handle", base.Key(40), nullable=False),
        sa.Column("browser", base.Key(64), nullable=False),
        sa.Column("document", base.Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("expires_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_login_transaction")),
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_login_transaction_expires_at"),
        "login_transaction",
        ["expires_at"],
        unique=False,
        if_not_exists=True,
    )
    op.create_table(
        "one_time",
        sa.Column("value_hash", base.Key(64), nullable=False),
        sa.Column("purpose", base.Key(20), nullable=False),
        sa.Column("document", base.Json(), nullable=False),
        sa.Column("session_id", base.Key(40), nullable=True),
        sa.Column("client_id", base.Key(120), nullable=True),
        sa.Column("spent", sa.Boolean(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("expires_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("value_hash", "purpose", name=op.f("pk_one_time")),
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_one_time_expires_at"), "one_time", ["expires_at"], unique=False, if_not_exists=True
    )
    op.create_table(
        "outbox",
        sa.Column("id", base.Key(32), nullable=False),
        sa.Column("kind", base.Key(20), nullable=False),
        sa.Column("body", base.Bytes, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", base.Instant(), nullable=False),
        sa.Column("give_up_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_outbox_due_at"), "outbox", ["due_at"], unique=False, if_not_exists=True)
    op.create_table(
        "persistent_id",
        sa.Column("value", base.Key(256), nullable=False),
        sa.Column("qualifier", base.Key(512), nullable=False),
        sa.Column("resolver", base.Key(120), nullable=False),
        sa.Column("uid", base.Key(320), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("value", name=op.f("pk_persistent_id")),
        sa.UniqueConstraint(
            "resolver", "uid", "qualifier", name=op.f("uq_persistent_id_resolver_uid_qualifier")
        ),
        if_not_exists=True,
    )
    op.create_table(
        "person",
        sa.Column("uid", base.Key(36), nullable=False),
        sa.Column("resolver", base.Key(120), nullable=False),
        sa.Column("login", base.Key(320), nullable=False),
        sa.Column("email", base.Key(320), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("password_hash", base.Key(255), nullable=True),
        sa.Column("attributes", base.Json(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("password_changed_at", base.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_person")),
        sa.UniqueConstraint("resolver", "login", name=op.f("uq_person_resolver_login")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_person_email"), "person", ["email"], unique=False, if_not_exists=True)
    op.create_table(
        "policy",
        sa.Column("name", base.Key(120), nullable=False),
        sa.Column("document", base.Json(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_policy")),
        if_not_exists=True,
    )
    op.create_table(
        "realm",
        sa.Column("name", base.Key(120), nullable=False),
        sa.Column("resolvers", base.Json(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_realm")),
        if_not_exists=True,
    )
    op.create_table(
        "resolver",
        sa.Column("name", base.Key(120), nullable=False),
        sa.Column("kind", base.Key(40), nullable=False),
        sa.Column("settings", base.Json(), nullable=False),
        sa.Column("secret", base.Bytes, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_resolver")),
        if_not_exists=True,
    )
    op.create_table(
        "revision",
        sa.Column("name", base.Key(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_revision")),
        if_not_exists=True,
    )
    op.create_table(
        "seen_request",
        sa.Column("request_hash", base.Key(64), nullable=False),
        sa.Column("expires_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("request_hash", name=op.f("pk_seen_request")),
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_seen_request_expires_at"), "seen_request", ["expires_at"], unique=False, if_not_exists=True
    )
    op.create_table(
        "service_account",
        sa.Column("name", base.Key(120), nullable=False),
        sa.Column("secret_hash", base.Key(64), nullable=False),
        sa.Column("rights", base.Json(), nullable=False),
        sa.Column("realms", base.Json(), nullable=False),
        sa.Column("networks", base.Json(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_service_account")),
        if_not_exists=True,
    )
    op.create_table(
        "service_provider",
        sa.Column("entity_id", base.Key(512), nullable=False),
        sa.Column("metadata_xml", base.LongText, nullable=False),
        sa.Column("settings", base.Json(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("changed_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_service_provider")),
        if_not_exists=True,
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", base.Key(64), nullable=False),
        sa.Column("protocol", base.Key(10), nullable=False),
        sa.Column("algorithm", base.Key(20), nullable=False),
        sa.Column("private_key", base.Bytes, nullable=False),
        sa.Column("certificate", base.LongText, nullable=True),
        sa.Column("state", base.Key(10), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("state_since", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
        if_not_exists=True,
    )
    op.create_table(
        "sso_session",
        sa.Column("id", base.Key(40), nullable=False),
        sa.Column("cookie_hash", base.Key(64), nullable=False),
        sa.Column("resolver", base.Key(120), nullable=False),
        sa.Column("uid", base.Key(320), nullable=False),
        sa.Column("realm", base.Key(120), nullable=False),
        sa.Column("login", base.Key(320), nullable=False),
        sa.Column("proofs", base.Json(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("used_at", base.Instant(), nullable=False),
        sa.Column("idle_at", base.Instant(), nullable=False),
        sa.Column("ends_at", base.Instant(), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("address", base.Key(60), nullable=False),
        sa.Column("user_agent", base.Key(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_session")),
        sa.UniqueConstraint("cookie_hash", name=op.f("uq_sso_session_cookie_hash")),
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_sso_session_ends_at"), "sso_session", ["ends_at"], unique=False, if_not_exists=True
    )
    op.create_index(
        "ix_sso_session_person", "sso_session", ["resolver", "uid"], unique=False, if_not_exists=True
    )
    op.create_table(
        "throttle",
        sa.Column("name", base.Key(400), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", base.Instant(), nullable=False),
        sa.Column("last_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_throttle")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_throttle_last_at"), "throttle", ["last_at"], unique=False, if_not_exists=True)
    op.create_table(
        "token",
        sa.Column("id", base.BigKey, nullable=False),
        sa.Column("serial", base.Key(40), nullable=False),
        sa.Column("kind", base.Key(40), nullable=False),
        sa.Column("resolver", base.Key(120), nullable=True),
        sa.Column("uid", base.Key(320), nullable=True),
        sa.Column("realm", base.Key(120), nullable=True),
        sa.Column("description", base.LongText, nullable=False),
        sa.Column("state", base.Key(20), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("pin_hash", base.Key(255), nullable=True),
        sa.Column("secret", base.Bytes, nullable=True),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("details", base.Json(), nullable=False),
        sa.Column("lookup", base.Key(128), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.Column("prove_by", base.Instant(), nullable=True),
        sa.Column("valid_from", base.Instant(), nullable=True),
        sa.Column("valid_until", base.Instant(), nullable=True),
        sa.Column("last_success_at", base.Instant(), nullable=True),
        sa.Column("last_failure_at", base.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("lookup", name=op.f("uq_token_lookup")),
        sa.UniqueConstraint("serial", name=op.f("uq_token_serial")),
        if_not_exists=True,
    )
    op.create_index("ix_token_owner", "token", ["resolver", "uid"], unique=False, if_not_exists=True)
    op.create_table(
        "token_owner",
        sa.Column("resolver", base.Key(120), nullable=False),
        sa.Column("uid", base.Key(320), nullable=False),
        sa.Column("changed_at", base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("resolver", "uid", name=op.f("pk_token_owner")),
        if_not_exists=True,
    )
    op.create_table(
        "client_origin",
        sa.Column("client_id", base.Key(120), nullable=False),
        sa.Column("origin", base.Key(300), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.client_id"], name=op.f("fk_client_origin_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_id", "origin", name=op.f("pk_client_origin")),
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_client_origin_origin"), "client_origin", ["origin"], unique=False, if_not_exists=True
    )
    op.create_table(
        "session_participant",
        sa.Column("id", base.BigKey, nullable=False),
        sa.Column("session_id", base.Key(40), nullable=False),
        sa.Column("protocol", base.Key(10), nullable=False),
        sa.Column("party", base.Key(512), nullable=False),
        sa.Column("name_id", base.Key(300), nullable=False),
        sa.Column("name_format", base.Key(120), nullable=False),
        sa.Column("session_index", base.Key(64), nullable=False),
        sa.Column("created_at", base.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sso_session.id"],
            name=op.f("fk_session_participant_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_participant")),
        sa.UniqueConstraint(
            "session_id", "protocol", "party", name=op.f("uq_session_participant_session_id_protocol_party")
        ),
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_session_participant_session_index"),
        "session_participant",
        ["session_index"],
        unique=False,
        if_not_exists=True,
    )
