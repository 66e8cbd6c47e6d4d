"""All tables: every module that declares one, imported so that the metadata is complete."""

from idp.storage import (
    access_token,
    client,
    consent,
    login_transaction,
    one_time,
    persistent_id,
    principal,
    seen_request,
    service_provider,
    signing_key,
    sso_session,
)
from mfa_engine.storage import (
    audit,
    challenge,
    configuration,
    data_key,
    outbox,
    person,
    throttle,
    token,
)
from mfa_engine.storage.base import Base

TABLE_MODULES = (
    access_token,
    audit,
    challenge,
    client,
    configuration,
    consent,
    data_key,
    login_transaction,
    one_time,
    outbox,
    persistent_id,
    person,
    principal,
    seen_request,
    service_provider,
    signing_key,
    sso_session,
    throttle,
    token,
)
metadata = Base.metadata
