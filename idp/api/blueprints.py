"""The blueprints of the wire API, for the application to register."""

from __future__ import annotations

from flask import Blueprint

from idp.api.access import Access
from idp.api.application import application_blueprint
from idp.api.auth import auth_blueprint
from idp.api.token import token_blueprint
from idp.api.validate import validate_blueprint
from idp.services import Services


def api_blueprints(services: Services) -> tuple[Blueprint, ...]:
    """One a resource, each guarded."""
    access = Access(services)
    return (
        validate_blueprint(services, access),
        auth_blueprint(services, access),
        token_blueprint(services, access),
        application_blueprint(services, access),
    )
