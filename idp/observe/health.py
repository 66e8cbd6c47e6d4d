"""Is this process alive, and can it serve?"""

from __future__ import annotations

from flask import Blueprint, Response

from mfa_engine.errors import Unavailable
from mfa_engine.storage.configuration import revision_number
from mfa_engine.unit import Runner

_NO_STORE = {"Cache-Control": "no-store"}


def health_blueprint(runner: Runner) -> Blueprint:
    """``/health/live`` asks nothing of anybody; ``/health/ready`` asks the database one statement."""
    blueprint = Blueprint("health", __name__, url_prefix="/health")

    @blueprint.get("/live")
    def live() -> Response:
        return Response("ok\n", content_type="text/plain", headers=_NO_STORE)

    @blueprint.get("/ready")
    def ready() -> Response:
        try:
            runner.look(lambda view: revision_number(view.connection))
        except Unavailable:
            return Response("the database does not answer\n", 503, _NO_STORE, content_type="text/plain")
        return Response("ok\n", content_type="text/plain", headers=_NO_STORE)

    return blueprint
